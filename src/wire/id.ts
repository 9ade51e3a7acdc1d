// The id form of a key: parts in the key's order; of several parts each percent-encoded, joined by commas.

const partText = (part: unknown): string => (typeof part === 'string' ? part : JSON.stringify(part))

/** A key as text, every part percent-encoded: as it stands in addresses. */
export const idInAddress = (key: readonly unknown[]): string => key.map(part => encodeURIComponent(partText(part))).join(',')

/** A key as text where it is a value of its own: one part as it is, several in the id form. */
export const idText = (key: readonly unknown[]): string => (key.length === 1 ? partText(key[0]) : idInAddress(key))

/** The parts of such a text; null where it cannot be read. Whether they are as many as the key's is the engine's to say. */
export function idParts(text: string, parts: number): readonly string[] | null {
  if (parts === 1) return [text]
  try {
    return text.split(',').map(part => decodeURIComponent(part))
  } catch {
    return null
  }
}
