use std::collections::BTreeSet;

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use k05::s2_key::{LONGEST, fingerprint, parse_key};
use k05_given::{Fingerprint, IDEMPOTENCY_KEY, IdemKey, KeyError};
use suite::say::{holds, same};

/// A request without the header is answered with 400: without a key there is nothing that could be
/// recognised.
#[suite::test]
fn missing_key_is_400() {
    same("no header at all", parse_key(&HeaderMap::new()), Err(KeyError::Missing));
    let mut others = HeaderMap::new();
    others.insert("x-idempotency-key", HeaderValue::from_static("\"k\""));
    others.insert("content-type", HeaderValue::from_static("application/json"));
    same("only other headers", parse_key(&others), Err(KeyError::Missing));
}

/// The key is what stands between the quotes, as RFC 8941 writes a string: only quote and backslash
/// are escaped.
#[suite::test]
fn quoted_key_is_parsed() {
    for (header, key) in [
        (r#""8e03978e-40d5-43dd-bc93-6894a57f9324""#, "8e03978e-40d5-43dd-bc93-6894a57f9324"),
        (r#""a""#, "a"),
        (r#""a b""#, "a b"),
        (r#"" ""#, " "),
        (r#"  "a"  "#, "a"),
        (r#"" a ""#, " a "),
        (r#""a\"b""#, r#"a"b"#),
        (r#""a\\b""#, r"a\b"),
        (r#""\\""#, r"\"),
        (r#""\"""#, "\""),
        (r#""\\\"""#, r#"\""#),
        (r#""a,b;c=d""#, "a,b;c=d"),
        (r#""~!""#, "~!"),
    ] {
        is(header, Ok(key));
    }
}

/// A header that is no string in quotes is refused, and not understood in some way of your own: the
/// next server would understand it in another one.
#[suite::test]
fn malformed_key_is_refused() {
    for header in [
        "",
        " ",
        "a",
        "\"",
        "\"\"",
        "\"a",
        "a\"",
        "'a'",
        "\"a\"b",
        "\"a\"\"b\"",
        "\"a\" \"b\"",
        "\"a\", \"b\"",
        "\"a\";v=1",
        "\"a\\\"",
        "\"a\\b\"",
        "\"a\\nb\"",
        "\"a\tb\"",
        "\t\"a\"",
        "\"a\"\t",
        ":YWJj:",
        "?1",
        "42",
    ] {
        is(header, Err(KeyError::Malformed));
    }
    let mut bytes = HeaderMap::new();
    let value = HeaderValue::from_bytes(b"\"\xc3\xb1\"").expect("bytes");
    bytes.insert(name(), value);
    same("the header \"ñ\" in UTF-8", parse_key(&bytes), Err(KeyError::Malformed));
    let mut two = HeaderMap::new();
    two.append(name(), HeaderValue::from_static("\"a\""));
    two.append(name(), HeaderValue::from_static("\"a\""));
    same("the header twice", parse_key(&two), Err(KeyError::Malformed));
}

/// Keys are stored, so they have an end: a client must not choose how much you store for it.
#[suite::test]
fn overlong_key_is_rejected() {
    let a = |n: usize| "a".repeat(n);
    is(&format!("\"{}\"", a(LONGEST)), Ok(&a(LONGEST)));
    is(&format!("\"{}\"", a(LONGEST + 1)), Err(KeyError::TooLong));
    is(&format!("\"{}\"", a(9000)), Err(KeyError::TooLong));
    // An escaped character is one character.
    is(&format!("\"{}\"", r"\\".repeat(LONGEST)), Ok(&r"\".repeat(LONGEST)));
    is(&format!("\"{}\"", r"\\".repeat(LONGEST + 1)), Err(KeyError::TooLong));
    // What is not well-formed is not too long.
    is(&format!("\"{}", a(9000)), Err(KeyError::Malformed));
}

/// Method, path and body are all in the fingerprint, and each is told from the next: otherwise
/// another request is taken for the same one, and answered with a payment that was not asked for.
#[suite::test]
fn fingerprint_covers_method_path_body() {
    let (post, put) = (Method::POST, Method::PUT);
    let extension = |text: &str| Method::from_bytes(text.as_bytes()).expect("a method");
    let (p, po) = (extension("P"), extension("PO"));
    // As long as a byte can count, and one longer: lengths that are cut off, or run into what
    // follows them, tell nothing.
    let (xs, ys) = ("x".repeat(255), "y".repeat(47));
    let long_path = format!("/{xs}");
    let long_body = format!("{xs}/{ys}");
    let requests: [(&Method, &str, &[u8]); 22] = [
        (&post, "/pay", b"{}"),
        (&put, "/pay", b"{}"),
        (&post, "/pay/", b"{}"),
        (&post, "/refund", b"{}"),
        (&post, "/pay", b"{ }"),
        (&post, "/pay", b""),
        (&post, "/pay{}", b""),
        (&post, "/pa", b"y{}"),
        (&post, "/pay{", b"}"),
        (&post, "/pay\0", b"{}"),
        (&post, "/pay", b"\0{}"),
        (&post, "/pay\n", b"{}"),
        (&post, "/pay", b"\n{}"),
        (&post, "/pay\n{}", b""),
        (&p, "O/pay", b"{}"),
        (&po, "/pay", b"{}"),
        (&post, "/pay", b"\xfe"),
        (&post, "/pay", b"\xff"),
        (&post, "1", b"0123456782ab"),
        (&post, "12012345678", b"ab"),
        (&post, &long_path, ys.as_bytes()),
        (&post, "", long_body.as_bytes()),
    ];
    for (n, (method, path, body)) in requests.iter().enumerate() {
        for (method_2, path_2, body_2) in &requests[..n] {
            let (one, two): (Fingerprint, Fingerprint) =
                (fingerprint(method, path, body), fingerprint(method_2, path_2, body_2));
            let words = |method: &Method, path: &str, body: &[u8]| {
                format!("{method} {path:?} {:?}", String::from_utf8_lossy(body))
            };
            let what =
                format!("{} and {}", words(method, path, body), words(method_2, path_2, body_2));
            holds(what, "two fingerprints", "one and the same", one != two);
        }
    }
}

/// The same request has the same fingerprint, whenever and wherever it is taken: the next instance
/// must recognise it.
#[suite::test]
fn fingerprint_is_the_same_each_time() {
    let first: Fingerprint = fingerprint(&Method::POST, "/pay", b"{\"cents\":3000}");
    for n in 1..5 {
        let again: Fingerprint = fingerprint(&Method::POST, "/pay", b"{\"cents\":3000}");
        same(format!("the same request, time {n}"), again, first);
    }
    let other: Fingerprint = fingerprint(&Method::POST, "/pay", b"{\"cents\":3001}");
    same("whether another request has the same one", other == first, false);
}

/// A fingerprint has 32 bytes because people choose bodies on purpose: of a shorter one, two that
/// collide are found in an afternoon.
#[suite::test]
fn fingerprint_uses_all_its_bytes() {
    let prints: Vec<Fingerprint> =
        (0..64_u32).map(|n| fingerprint(&Method::POST, "/pay", &n.to_le_bytes())).collect();
    for byte in 0..32 {
        let values: BTreeSet<u8> = prints.iter().map(|print| print.0[byte]).collect();
        let what = format!("byte {byte} of the fingerprints of 64 bodies");
        let saw = format!("{} different values", values.len());
        holds(what, "more than 30 different values", saw, values.len() > 30);
    }
    for (one, two) in [(0, 8), (0, 16), (0, 24), (8, 16), (8, 24), (16, 24)] {
        let repeats = prints.iter().all(|print| print.0[one..one + 8] == print.0[two..two + 8]);
        let what = format!("bytes {one} to {} and bytes {two} to {}", one + 7, two + 7);
        holds(what, "they differ", "the same in each of 64 fingerprints", !repeats);
    }
}

fn name() -> HeaderName {
    HeaderName::from_static(IDEMPOTENCY_KEY)
}

#[track_caller]
fn is(header: &str, expected: Result<&str, KeyError>) {
    let mut headers = HeaderMap::new();
    headers.insert(name(), HeaderValue::from_str(header).expect("a header's value"));
    let short: String = header.chars().take(60).collect();
    let more = if header.len() > 60 {
        format!("… ({} characters)", header.len())
    } else {
        String::new()
    };
    let saw: Result<IdemKey, KeyError> = parse_key(&headers);
    let brief = |key: String| -> String {
        let length = key.chars().count();
        if length > 60 { format!("{length} characters") } else { key }
    };
    let saw = saw.map(|key| brief(key.0));
    let expected = expected.map(|key| brief(key.to_owned()));
    same(format!("the header {short}{more}"), saw, expected);
}
