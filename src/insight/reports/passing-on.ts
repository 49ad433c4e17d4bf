// What customers do for others, under the names the product declares or documents (docs/tracking.md).

/** Passed on to somebody. */
export const shares = ['page.shared']

/** Brought somebody; told by whichever program knows of it. */
export const referrals = ['customer.invited', 'customer.referred', 'invite.accepted', 'referral.registered']
