import { FormGroup, FormHelperText, HelperText, HelperTextItem, TextArea, TextInput } from '@patternfly/react-core';

/** One labelled line or area of text with its help, or what is wrong with it. */
export function Field(p: {
  id: string;
  label: string;
  value: string;
  set: (v: string) => void;
  help?: string;
  fault?: string;
  required?: boolean;
  area?: boolean;
  readOnly?: boolean;
  type?: 'text' | 'password';
}) {
  const say = p.fault || p.help;
  const common = {
    id: p.id, value: p.value, isRequired: p.required, validated: p.fault ? ('error' as const) : ('default' as const), 'aria-describedby': say ? `${p.id}-help` : undefined,
    readOnlyVariant: p.readOnly ? ('default' as const) : undefined,
  };
  return (
    <FormGroup label={p.label} fieldId={p.id} isRequired={p.required}>
      {p.area ? (
        <TextArea {...common} rows={3} resizeOrientation="vertical" onChange={(_, v) => p.set(v)} spellCheck="false" />
      ) : (
        <TextInput {...common} type={p.type ?? 'text'} onChange={(_, v) => p.set(v)} autoComplete={p.type === 'password' ? 'new-password' : 'off'} />
      )}
      {say && (
        <FormHelperText>
          <HelperText id={`${p.id}-help`}><HelperTextItem variant={p.fault ? 'error' : 'default'}>{say}</HelperTextItem></HelperText>
        </FormHelperText>
      )}
    </FormGroup>
  );
}
