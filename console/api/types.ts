/** Shapes that more than one folder of the console uses; those of a single noun stand in its own queries.ts. */
export interface Named {
  id: string
  name: string
}
