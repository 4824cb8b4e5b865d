//! How mail was sent before there was a [`Mailer`](crate::Mailer): by anybody, from anywhere, at
//! once. Old code calls it, so it is still here. No signature says that a function does.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::Mail;

static SENT: AtomicUsize = AtomicUsize::new(0);

/// Sends a mail, now.
pub fn send_mail(mail: &Mail) {
    let _ = mail;
    SENT.fetch_add(1, Ordering::SeqCst);
}

/// How many mails have left this way, in this process.
pub fn mails_sent() -> usize {
    SENT.load(Ordering::SeqCst)
}
