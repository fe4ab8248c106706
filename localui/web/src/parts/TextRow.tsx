import { FormGroup, FormHelperText, HelperText, HelperTextItem, TextArea, TextInput } from '@patternfly/react-core';

/** One line of text with what is wrong with it, or help, below. */
export function TextRow(p: {
  id: string;
  label: string;
  value: string;
  change: (v: string) => void;
  wrong?: string;
  help?: string;
  type?: 'text' | 'password' | 'date';
  rows?: number;
}) {
  const below = p.wrong || p.help;
  const common = {
    id: p.id, value: p.value, autoComplete: p.type === 'password' ? 'new-password' : 'off', validated: p.wrong ? ('error' as const) : ('default' as const),
    'aria-describedby': below ? `${p.id}-help` : undefined,
  };
  return (
    <FormGroup label={p.label} fieldId={p.id}>
      {p.rows ? (
        <TextArea {...common} rows={p.rows} spellCheck="false" className="sw-token" onChange={(_, v) => p.change(v)} />
      ) : (
        <TextInput {...common} type={p.type ?? 'text'} onChange={(_, v) => p.change(v)} />
      )}
      {below && (
        <FormHelperText>
          <HelperText id={`${p.id}-help`}><HelperTextItem variant={p.wrong ? 'error' : 'default'}>{below}</HelperTextItem></HelperText>
        </FormHelperText>
      )}
    </FormGroup>
  );
}
