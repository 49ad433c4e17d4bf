import { constants, createPrivateKey, type KeyObject, privateDecrypt } from 'node:crypto'
import { appError } from '#platform/errors.ts'

/**
 * A private key as people have it. Tools write the body of one form under the header of the other (PKCS#1 and PKCS#8), so both
 * are tried before the key is refused.
 */
export function parsePrivateKey(pem: string): KeyObject {
  const body = pem.replace(/-----[^-]+-----/g, '').replace(/\s+/g, '')
  const der = Buffer.from(body, 'base64')
  for (const type of ['pkcs8', 'pkcs1'] as const) {
    try {
      const key = createPrivateKey({ key: der, format: 'der', type })
      if (key.asymmetricKeyType === 'rsa') return key
    } catch {
      // The other form may fit.
    }
  }
  throw appError('wecom.bad_archive_key', { status: 400, field: 'key', message: 'This is no RSA private key.' })
}

/**
 * The random key of a message: RSA with PKCS#1 v1.5. The padding is taken off here, because Node refuses or replaces what it
 * finds badly padded since CVE-2023-46809; every defect is the same undefined.
 */
export function openRandomKey(key: KeyObject, encrypted: string): Buffer | undefined {
  try {
    return unpadded(privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, Buffer.from(encrypted, 'base64')))
  } catch {
    return undefined
  }
}

/** 00 02, at least eight bytes that are not zero, 00, and then what was meant. */
function unpadded(block: Buffer): Buffer | undefined {
  const end = block.indexOf(0, 2)
  return block[0] === 0 && block[1] === 2 && end >= 10 ? block.subarray(end + 1) : undefined
}
