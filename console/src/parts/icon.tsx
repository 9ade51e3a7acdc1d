// The icons, drawn on a grid of 24: a line each, so that none has to be fetched or installed.
const lines = {
  home: 'M4 11l8-7 8 7v8a1 1 0 0 1-1 1h-4v-6H9v6H5a1 1 0 0 1-1-1z',
  drawing: 'M4 4h6v5H4zM14 15h6v5h-6zM7 9v8h7M17 15V6.5h-7',
  table: 'M4 5h16v14H4zM4 10h16M4 14.5h16M10 10v9',
  action: 'M13 3L5 14h6l-1 7 8-11h-6z',
  book: 'M5 4h11a3 3 0 0 1 3 3v13H8a3 3 0 0 1-3-3zM5 17a3 3 0 0 1 3-3h11M9 8h6',
  graph: 'M12 4l7 4v8l-7 4-7-4V8zM12 4v16M5 8l14 8M19 8L5 16',
  mail: 'M4 6h16v12H4zM4 7l8 6 8-6',
  envelope: 'M5 4h14v16H5zM9 9h6M9 13h6',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4',
  moon: 'M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z',
  auto: 'M12 3.5a8.5 8.5 0 1 0 0 17zM12 3.5a8.5 8.5 0 0 1 0 17M12 8h5M12 12h8M12 16h5',
  copy: 'M9 9h10v11H9zM15 9V4H5v11h4',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  cross: 'M6.5 6.5l11 11M17.5 6.5l-11 11',
  eyeoff: 'M4 4l16 16M9.9 5.3A9.6 9.6 0 0 1 12 5c5 0 8.3 4.4 9 7a11 11 0 0 1-2.2 3.6M6.3 7.3A11.6 11.6 0 0 0 3 12c.7 2.6 4 7 9 7 1.6 0 3-.4 4.3-1.1M10 10.2a2.8 2.8 0 0 0 3.9 3.9',
  eye: 'M3 12c.8-2.7 4-7 9-7s8.2 4.3 9 7c-.8 2.7-4 7-9 7s-8.2-4.3-9-7zM12 9.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6z',
  key: 'M8 11a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM11 12.2L20 4M16 7.6l3 3', 
  link: 'M10 14a4 4 0 0 0 6 .5l3-3a4.2 4.2 0 0 0-6-6l-1.5 1.5M14 10a4 4 0 0 0-6-.5l-3 3a4.2 4.2 0 0 0 6 6l1.5-1.5',
  up: 'M12 19V5M6 11l6-6 6 6', down: 'M12 5v14M6 13l6 6 6-6', right: 'M5 12h14M13 6l6 6-6 6', left: 'M19 12H5M11 6l-6 6 6 6',
  filter: 'M4 6h16M7 12h10M10 18h4',
  out: 'M9 5H5v14h14v-4M13 4h7v7M20 4l-9 9',
  search: 'M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.3 15.3L20 20',
  none: 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM6 18L18 6',
  alert: 'M12 4l9 16H3zM12 10v4.5M12 17.2v.3',
  menu: 'M4 7h16M4 12h16M4 17h16',
  plus: 'M12 5v14M5 12h14',
  edit: 'M5 19l1-4L16 5l3 3L9 18z',
  bin: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13',
  again: 'M19 12a7 7 0 1 1-2.2-5.1L19 9M19 4v5h-5',
} as const
export type IconName = keyof typeof lines

export const Icon = ({ name, size = 18 }: { readonly name: IconName; readonly size?: number }) => (
  <svg width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true"><path d={lines[name]} /></svg>
)
