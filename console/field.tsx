import type { ComponentChildren } from 'preact';

/** A control with its name. */
export function Field({
  label,
  children,
}: {
  readonly label: string;
  readonly children: ComponentChildren;
}) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is among its children
    <label class="field">
      <span>{label}</span>
      {children}
    </label>
  );
}
