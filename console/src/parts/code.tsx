// Text to be copied, with the button that does it.
import { ActionIcon } from '@mantine/core'
import { useEffect, useState } from 'react'
import { Icon } from './icon.tsx'

export function Copy({ text, what }: { readonly text: string; readonly what: string }) {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const over = setTimeout(() => { setCopied(false) }, 1600)
    return () => { clearTimeout(over) }
  }, [copied])
  const copy = (): void => { navigator.clipboard.writeText(text).then(() => { setCopied(true) }, () => {}) }
  return (
    <ActionIcon className="copy" title={copied ? 'Copied' : 'Copy'} variant="subtle" color="gray" size={28} onClick={copy} aria-label={copied ? `Copied ${what}` : `Copy ${what}`}><Icon name={copied ? 'check' : 'copy'} size={15} /></ActionIcon>
  )
}

export const Code = ({ text, what }: { readonly text: string; readonly what: string }) => (
  <div className="code">
    <pre tabIndex={0} role="region" aria-label={what}><code>{text}</code></pre>
    <Copy text={text} what={what} />
  </div>
)
