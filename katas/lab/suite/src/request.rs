use std::io::Read as _;
use std::sync::atomic::{AtomicBool, Ordering};

use protocol::{REQUEST_ENV, Request};

/// A request is some hundred bytes: more is not one.
const LIMIT: u64 = 64 * 1024;

/// The runner's request, if this process was started by the runner.
///
/// It is handed out once, to the first test of the process, and kept nowhere: code of the
/// submission, which runs later, finds neither a static nor an environment variable nor a stream
/// that holds the token.
///
/// # Panics
/// When a request is announced and none can be read, or when a second test asks for one.
pub fn take() -> Option<Request> {
    static TAKEN: AtomicBool = AtomicBool::new(false);
    std::env::var_os(REQUEST_ENV)?;
    assert!(
        !TAKEN.swap(true, Ordering::SeqCst),
        "{REQUEST_ENV} is set, and one request grades one test: \
         name it with `--exact`, or unset {REQUEST_ENV}"
    );
    let mut line = String::new();
    let read = std::io::stdin().lock().take(LIMIT).read_to_string(&mut line);
    let request = match read {
        Ok(_) => Request::from_json(&line).map_err(|e| e.to_string()),
        Err(e) => Err(e.to_string()),
    };
    match request {
        Ok(request) => Some(request),
        Err(why) => panic!(
            "{REQUEST_ENV} is set, but standard input holds no request ({why}). \
             The runner sets it; to run a test by hand, unset it."
        ),
    }
}
