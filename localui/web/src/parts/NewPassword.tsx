import { FormGroup, FormHelperText, HelperText, HelperTextItem, TextInput } from '@patternfly/react-core';
import { useState } from 'react';
import { api, dataOf, type PasswordRules } from '../api/client';
import { useLoad } from '../api/use';
import { t } from '../texts';

/** What the host asks for until it has said what. */
const usual: PasswordRules = { minLength: 8, classes: 0 };

const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\p{Nd}/u, /[^\p{Ll}\p{Lu}\p{Nd}]/u];

/** The rules for a new password, in words, each met or not yet. The host has the last word: it also knows common passwords. */
export function rulesOf(rules: PasswordRules, password: string): { text: string; met: boolean }[] {
  const list = [{ text: t.password.length(rules.minLength), met: [...password].length >= rules.minLength }];
  if (rules.classes > 1) list.push({ text: t.password.classes(rules.classes), met: kinds.filter((k) => k.test(password)).length >= rules.classes });
  return list;
}

/** The two fields of a new password; `change` hears it when both are the same and every rule is met, else ''. */
export function NewPassword({ id, label, change }: { id: string; label: string; change: (password: string) => void }) {
  const [first, setFirst] = useState('');
  const [again, setAgain] = useState('');
  const { data } = useLoad(() => dataOf(api.GET('/setup')));
  const rules = data?.password ?? usual;
  const list = rulesOf(rules, first);
  const differs = again !== '' && again !== first;
  const type = (a: string, b: string) => {
    setFirst(a);
    setAgain(b);
    change(a === b && rulesOf(rules, a).every((r) => r.met) ? a : '');
  };
  const bad = first !== '' && list.some((r) => !r.met);
  return (
    <>
      <FormGroup label={label} fieldId={id} isRequired>
        <TextInput
          id={id} type="password" value={first} onChange={(_, v) => type(v, again)} autoComplete="new-password" isRequired
          validated={bad ? 'warning' : 'default'} aria-describedby={`${id}-rules`}
        />
        <FormHelperText>
          <HelperText id={`${id}-rules`} isLiveRegion component="ul">
            {list.map((r) => (
              <HelperTextItem key={r.text} component="li" variant={r.met ? 'success' : 'indeterminate'}>{r.text}</HelperTextItem>
            ))}
          </HelperText>
        </FormHelperText>
      </FormGroup>
      <FormGroup label={t.setup.again} fieldId={`${id}-again`} isRequired>
        <TextInput
          id={`${id}-again`} type="password" value={again} onChange={(_, v) => type(first, v)} autoComplete="new-password" isRequired
          validated={differs ? 'error' : 'default'} aria-describedby={differs ? `${id}-differs` : undefined}
        />
        {differs && (
          <FormHelperText>
            <HelperText id={`${id}-differs`} isLiveRegion><HelperTextItem variant="error">{t.setup.differs}</HelperTextItem></HelperText>
          </FormHelperText>
        )}
      </FormGroup>
    </>
  );
}
