// Somebody an application knows of before anybody asks.

/** What the token of a ready-made caller says: its e-mail (as verified), its roles, and further claims. */
export interface ReadyPerson { readonly email?: string; readonly roles?: readonly string[]; readonly claims?: Readonly<Record<string, unknown>> }
