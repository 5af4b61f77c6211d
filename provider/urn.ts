/** The last part of `urn:pulumi:stack::project::types::name`. A name may contain `::` too. */
export function resourceName(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

/** The name in the URN of a provider; `null` for a default provider, which Pulumi calls `default` or `default_1_2_3`. */
export function explicitName(urn: string): string | null {
  const name = resourceName(urn);
  return /^default(_\d.*)?$/.test(name) ? null : name;
}

/** The name of a resource's explicit provider; `null` for the default provider. */
export function providerName({ provider }: { readonly provider?: string }): string | null {
  return provider === undefined ? null : explicitName(provider.replace(/::[^:]*$/, ""));
}
