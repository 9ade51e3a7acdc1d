// What Mantine's components are told of the look; colours and type are in look.css.
import { createTheme } from '@mantine/core'

export const theme = createTheme({
  primaryColor: 'indigo', primaryShade: { light: 7, dark: 8 }, defaultRadius: 'md', cursorType: 'pointer', respectReducedMotion: true,
})
