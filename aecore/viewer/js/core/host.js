// What a widget and the page around it agree on. Types alone: nothing imports this at run time.

/**
 * The page around a widget. Whoever writes an adapter for another kind of page implements this.
 *
 * @typedef {object} Host
 * @property {(name: string, value: unknown) => void} send
 *   Report something to whoever made the data; an update or data may come back.
 * @property {(name: string, listener: (detail: any) => void, signal: AbortSignal) => void} onData
 *   Call a listener with data that comes in by this name, apart from the widget's own messages.
 * @property {(listener: (choice: Choice) => void, signal: AbortSignal) => void} onChoice
 *   Call a listener when the visitor uses one of the page's own controls, before anyone answers.
 * @property {(key: string, listener: () => void) => Control | null} control
 *   Follow a slider of the page; null while there is none with this key.
 * @property {(key: string) => Element | null} find
 *   Return the element of the page with this key.
 * @property {() => Theme} theme
 *   Return the colors and the font in use.
 *
 * @typedef {{ key: string, index: number, text: string }} Choice
 *   Which option of a control was chosen: the control's key, the option's position and text.
 * @typedef {{ value: () => number, release: () => void }} Control
 * @typedef {{ color: string, background: string, font: string }} Theme
 *
 * @typedef {Float64Array | Float32Array | Uint16Array | Uint8Array} NumberArray
 * @typedef {{ header: any, arrays: Record<string, any> }} Message
 *   Facts, and arrays by their names, as `aecore/viewer/message.py` writes them.
 *
 * @typedef {object} Widget
 * @property {(message: Message) => void} update
 *   Follow a message: another one, or the same again where the theme has changed.
 * @property {() => void} destroy
 *   Remove all elements, listeners and timers.
 *
 * @typedef {(element: HTMLElement, host: Host) => Widget} Mount
 */

export {};
