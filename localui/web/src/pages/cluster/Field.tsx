import { FormGroup, FormHelperText, HelperText, HelperTextItem, TextArea, TextInput } from '@patternfly/react-core';

/** One labelled line or area of text with what is wrong with it, if anything, and its help: a rule alone does not say what to enter. */
export function Field(p: {
  id: string;
  label: string;
  value: string;
  set: (v: string) => void;
  help?: string;
  /** How the help is meant, when it is more than help. */
  tone?: 'success' | 'warning';
  fault?: string;
  required?: boolean;
  area?: boolean;
  /** Hides what is typed in an area, which has no type of its own for that. */
  masked?: boolean;
  readOnly?: boolean;
  type?: 'text' | 'password';
}) {
  const tone = p.fault ? ('error' as const) : (p.tone ?? ('default' as const));
  const said = [...new Set([p.fault, p.help])].filter(Boolean);
  const common = {
    id: p.id, value: p.value, isRequired: p.required, validated: tone, 'aria-describedby': said.length > 0 ? `${p.id}-help` : undefined,
    readOnlyVariant: p.readOnly ? ('default' as const) : undefined,
  };
  return (
    <FormGroup label={p.label} fieldId={p.id} isRequired={p.required}>
      {p.area ? (
        <TextArea {...common} rows={3} resizeOrientation="vertical" className={p.masked ? 'sw-masked' : undefined} onChange={(_, v) => p.set(v)} spellCheck="false" autoComplete="off" />
      ) : (
        <TextInput {...common} type={p.type ?? 'text'} onChange={(_, v) => p.set(v)} autoComplete={p.type === 'password' ? 'new-password' : 'off'} />
      )}
      {said.length > 0 && (
        <FormHelperText>
          <HelperText id={`${p.id}-help`} isLiveRegion={p.tone !== undefined}>
            {said.map((text, i) => <HelperTextItem key={text} variant={i === 0 ? tone : 'default'}>{text}</HelperTextItem>)}
          </HelperText>
        </FormHelperText>
      )}
    </FormGroup>
  );
}
