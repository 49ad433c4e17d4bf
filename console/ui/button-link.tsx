import { createLink } from '@tanstack/react-router'
import { Button } from 'antd'

/** A way to another page that looks like an action: a link, and one stop of the keyboard where a button inside a link would be two. */
export const ButtonLink = createLink(Button)
