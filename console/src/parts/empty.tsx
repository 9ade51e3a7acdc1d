// What is shown where there is nothing to show.
import type { ReactNode } from 'react'
import { Icon, type IconName } from './icon.tsx'

export const Empty = ({ icon, title, children }: { readonly icon: IconName; readonly title: string; readonly children?: ReactNode }) => (
  <div className="empty"><Icon name={icon} /><strong>{title}</strong>{children}</div>
)
