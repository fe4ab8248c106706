import { FormGroup, FormHelperText, HelperText, HelperTextItem, TextArea, TextInput } from '@patternfly/react-core';

/** One labelled line or area of text with its help, or what is wrong with it. */
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
  const say = p.fault || p.help;
  const tone = p.fault ? ('error' as const) : (p.tone ?? ('default' as const));
  const common = {
    id: p.id, value: p.value, isRequired: p.required, validated: tone, 'aria-describedby': say ? `${p.id}-help` : undefined,
    readOnlyVariant: p.readOnly ? ('default' as const) : undefined,
  };
  return (
    <FormGroup label={p.label} fieldId={p.id} isRequired={p.required}>
      {p.area ? (
        <TextArea {...common} rows={3} resizeOrientation="vertical" className={p.masked ? 'sw-masked' : undefined} onChange={(_, v) => p.set(v)} spellCheck="false" autoComplete="off" />
      ) : (
        <TextInput {...common} type={p.type ?? 'text'} onChange={(_, v) => p.set(v)} autoComplete={p.type === 'password' ? 'new-password' : 'off'} />
      )}
      {say && (
        <FormHelperText>
          <HelperText id={`${p.id}-help`} isLiveRegion={p.tone !== undefined}><HelperTextItem variant={tone}>{say}</HelperTextItem></HelperText>
        </FormHelperText>
      )}
    </FormGroup>
  );
}
