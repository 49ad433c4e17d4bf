// The package ships its types beside an `exports` map that does not name them; these are the functions we call.
declare module 'cephes' {
  export const compiled: Promise<void>
  export function lgam(x: number): number
  export function hyp2f1(a: number, b: number, c: number, z: number): number
  export function chdtrc(degrees: number, x: number): number
  export function ndtr(x: number): number
  export function ndtri(p: number): number
  export function incbet(a: number, b: number, x: number): number
  export function incbi(a: number, b: number, p: number): number
}
