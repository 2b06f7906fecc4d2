/**
 * Buttons, fields and lists in the look of VS Code. The toolkit behind them is archived upstream: only this module
 * knows it.
 */
import {
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeCheckbox,
  vsCodeDropdown,
  vsCodeOption,
  vsCodeTextField,
} from '@vscode/webview-ui-toolkit';
import { element, replaceChildren, setAttributes } from './dom.ts';

provideVSCodeDesignSystem().register(
  vsCodeButton(),
  vsCodeCheckbox(),
  vsCodeDropdown(),
  vsCodeOption(),
  vsCodeTextField(),
);

export interface ButtonOptions {
  readonly label: string;
  readonly onClick: () => void;
  /** Primary buttons are the one next step of a page; icon buttons show `icon` and keep the label for tooltips. */
  readonly appearance?: 'primary' | 'secondary' | 'icon';
  readonly icon?: Element;
  readonly title?: string;
}

export function button(options: ButtonOptions): HTMLElement {
  const appearance = options.appearance ?? 'secondary';
  const made = document.createElement('vscode-button');
  setAttributes(made, {
    appearance,
    title: options.title ?? (appearance === 'icon' ? options.label : undefined),
    'aria-label': appearance === 'icon' ? options.label : undefined,
  });
  if (options.icon !== undefined) made.append(options.icon);
  if (appearance !== 'icon') made.append(options.label);
  made.addEventListener('click', options.onClick);
  return made;
}

export interface TextFieldOptions {
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
}

export interface TextField {
  readonly root: HTMLElement;
  set(value: string): void;
  /** Marks the field as wrong and says why; undefined takes it back. */
  setProblem(problem: string | undefined): void;
}

export function textField(options: TextFieldOptions): TextField {
  const field = document.createElement('vscode-text-field') as HTMLElement & { value: string };
  setAttributes(field, { placeholder: options.label, 'aria-label': options.label });
  field.value = options.value;
  const problem = element('span', { class: 'field-problem', role: 'alert' });
  field.addEventListener('input', () => options.onInput(field.value));
  const root = element('div', { class: 'field' }, field, problem);
  return {
    root,
    set: value => {
      if (field.value !== value) field.value = value;
    },
    setProblem: text => {
      root.classList.toggle('invalid', text !== undefined);
      setAttributes(field, { 'aria-invalid': text === undefined ? undefined : 'true' });
      problem.textContent = text ?? '';
    },
  };
}

export interface DropdownOption {
  readonly value: string;
  readonly label: string;
}

export interface Dropdown {
  readonly root: HTMLElement;
  set(value: string, options?: readonly DropdownOption[]): void;
}

/** A labelled list of choices. */
export function dropdown(
  label: string,
  options: readonly DropdownOption[],
  value: string,
  onChange: (value: string) => void,
): Dropdown {
  const list = document.createElement('vscode-dropdown') as HTMLElement & { value: string };
  setAttributes(list, { 'aria-label': label });
  let shown = '';
  const set = (chosen: string, among?: readonly DropdownOption[]): void => {
    if (among !== undefined && JSON.stringify(among) !== shown) {
      shown = JSON.stringify(among);
      replaceChildren(list, ...among.map(optionElement));
    }
    // The toolkit takes the value over only once its options are upgraded.
    queueMicrotask(() => {
      if (list.value !== chosen) list.value = chosen;
    });
  };
  set(value, options);
  list.addEventListener('change', () => onChange(list.value));
  return {
    root: element('label', { class: 'labelled' }, element('span', { class: 'label' }, label), list),
    set,
  };
}

export interface Checkbox {
  readonly root: HTMLElement;
  set(checked: boolean): void;
}

export function checkbox(label: string, checked: boolean, onChange: (checked: boolean) => void): Checkbox {
  const box = document.createElement('vscode-checkbox') as HTMLElement & { checked: boolean };
  box.append(label);
  box.checked = checked;
  box.addEventListener('change', () => onChange(box.checked));
  return {
    root: box,
    set: value => {
      if (box.checked !== value) box.checked = value;
    },
  };
}

export interface Slider {
  readonly root: HTMLElement;
  set(value: number): void;
}

/** The toolkit has no slider: the browser's own, coloured by the theme. */
export function slider(
  label: string,
  range: { readonly max: number; readonly step: number },
  value: number,
  onInput: (value: number) => void,
): Slider {
  const input = element('input', {
    type: 'range',
    min: 0,
    max: range.max,
    step: range.step,
    'aria-label': label,
  });
  const output = element('output', { class: 'slider-value' });
  const set = (shown: number): void => {
    input.value = String(shown);
    output.textContent = String(shown);
  };
  set(value);
  input.addEventListener('input', () => {
    output.textContent = input.value;
    onInput(Number(input.value));
  });
  return {
    root: element('label', { class: 'labelled' }, element('span', { class: 'label' }, label), input, output),
    set,
  };
}

function optionElement(option: DropdownOption): HTMLElement {
  const made = document.createElement('vscode-option') as HTMLElement & { value: string };
  made.setAttribute('value', option.value);
  made.textContent = option.label;
  return made;
}
