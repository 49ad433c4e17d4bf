const enough = 2_000_000
const newline = 10

/** The first whole lines of a big text file; packed files and spreadsheets can only be read as a whole. */
export async function firstPart(file: File): Promise<File> {
  if (file.size <= enough * 2 || !/\.(csv|txt|tsv|jsonl|ndjson)$/i.test(file.name)) return file
  const bytes = new Uint8Array(await file.slice(0, enough).arrayBuffer())
  // Both bytes of UTF-16 must stay together; such files are rare enough to be sent whole.
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) return file
  const end = bytes.lastIndexOf(newline)
  return end < 0 ? file : new File([bytes.subarray(0, end + 1)], file.name, { lastModified: file.lastModified })
}
