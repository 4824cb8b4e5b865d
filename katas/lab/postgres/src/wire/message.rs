//! Messages of PostgreSQL's protocol, version 3: a kind, a length, a body.
//!
//! <https://www.postgresql.org/docs/current/protocol-message-formats.html>

use bytes::{Buf as _, BufMut as _, BytesMut};

/// Takes the next whole message, its kind and length included.
pub fn take(buffer: &mut BytesMut) -> Option<BytesMut> {
    let head: [u8; 4] = buffer.get(1..5)?.try_into().ok()?;
    let length = 1 + u32::from_be_bytes(head) as usize;
    if buffer.len() < length {
        buffer.reserve(length - buffer.len());
        return None;
    }
    Some(buffer.split_to(length))
}

pub fn put(out: &mut BytesMut, kind: u8, parts: &[&[u8]]) {
    let length: usize = parts.iter().map(|p| p.len()).sum();
    out.put_u8(kind);
    out.put_u32(u32::try_from(4 + length).expect("a message is shorter than 4 GB"));
    for part in parts {
        out.put_slice(part);
    }
}

/// Every message in `all`: kind and body.
pub fn each(mut all: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    std::iter::from_fn(move || {
        let head: [u8; 4] = all.get(1..5)?.try_into().ok()?;
        let (message, rest) = all.split_at_checked(1 + u32::from_be_bytes(head) as usize)?;
        all = rest;
        Some((message[0], &message[5..]))
    })
}

/// Takes a text that ends in a zero byte.
pub fn text(body: &mut &[u8]) -> String {
    let end = body.iter().position(|c| *c == 0).unwrap_or(body.len());
    let text = String::from_utf8_lossy(&body[..end]).into_owned();
    body.advance((end + 1).min(body.len()));
    text
}

/// Takes a number of two bytes; 0 where the message is too short, as with the next one.
pub fn short(body: &mut &[u8]) -> usize {
    if body.len() < 2 { 0 } else { usize::from(body.get_u16()) }
}

/// Takes a value: its length, then its bytes; `None` is NULL.
pub fn bytes<'a>(body: &mut &'a [u8]) -> Option<&'a [u8]> {
    if body.len() < 4 {
        return None;
    }
    let length = usize::try_from(body.get_i32()).ok()?;
    let (value, rest) = body.split_at_checked(length)?;
    *body = rest;
    Some(value)
}

/// The type of what a function returns that returns nothing.
const VOID: u32 = 2278;

/// A value for a timeline.
pub fn show(oid: u32, binary: bool, value: Option<&[u8]>) -> String {
    let Some(value) = value else { return "NULL".into() };
    if oid == VOID {
        return String::new();
    }
    let quoted = || format!("'{}'", String::from_utf8_lossy(value));
    if !binary {
        return match oid {
            25 | 1043 | 1042 | 19 => quoted(),
            _ => String::from_utf8_lossy(value).into_owned(),
        };
    }
    match (oid, value) {
        (16, [b]) => (*b != 0).to_string(),
        (21, [a, b]) => i16::from_be_bytes([*a, *b]).to_string(),
        (23 | 26, [a, b, c, d]) => i32::from_be_bytes([*a, *b, *c, *d]).to_string(),
        (20, v) if v.len() == 8 => i64::from_be_bytes(v.try_into().unwrap_or_default()).to_string(),
        (701, v) if v.len() == 8 => {
            f64::from_be_bytes(v.try_into().unwrap_or_default()).to_string()
        }
        (25 | 1043 | 1042 | 19, _) => quoted(),
        (2950, v) if v.len() == 16 => hex(&v[..4]) + "…",
        (1005 | 1007 | 1009 | 1015 | 1016, v) => array(v).unwrap_or_else(|| unknown(v)),
        _ => unknown(value),
    }
}

/// What has no better form; its beginning will do.
fn unknown(value: &[u8]) -> String {
    format!("0x{}", hex(&value[..value.len().min(8)]))
}

/// `{1,2}`, each element as it is shown alone; `None` for more than one dimension. The form is that
/// of PostgreSQL's `array_send`.
fn array(value: &[u8]) -> Option<String> {
    let mut body = value;
    if body.len() < 12 {
        return None;
    }
    let (dimensions, _has_nulls, oid) = (body.get_i32(), body.get_i32(), body.get_u32());
    if dimensions == 0 {
        return Some("{}".into());
    }
    if dimensions != 1 || body.len() < 8 {
        return None;
    }
    let (count, _first) = (body.get_i32(), body.get_i32());
    let mut elements = Vec::new();
    for _ in 0..count {
        let (length, rest) = body.split_first_chunk()?;
        // A negative length is NULL; one that reaches too far is no array.
        let length = usize::try_from(i32::from_be_bytes(*length)).ok();
        let (element, rest) = rest.split_at_checked(length.unwrap_or(0))?;
        elements.push(show(oid, true, length.map(|_| element)));
        body = rest;
    }
    Some(format!("{{{}}}", elements.join(",")))
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut out, b| {
        let _ = write!(out, "{b:02x}");
        out
    })
}

/// The field of an `ErrorResponse`.
pub fn field(mut body: &[u8], wanted: u8) -> Option<String> {
    while let Some((kind, mut rest)) = body.split_first().filter(|(k, _)| **k != 0) {
        let value = text(&mut rest);
        if *kind == wanted {
            return Some(value);
        }
        body = rest;
    }
    None
}

#[cfg(test)]
mod tests {
    use bytes::BytesMut;

    use super::{each, field, put, show, take};

    #[test]
    fn whole_messages_come_out_and_parts_wait() {
        let mut out = BytesMut::new();
        put(&mut out, b'Q', &[b"SELECT 1", b"\0"]);
        put(&mut out, b'S', &[]);
        let mut half = BytesMut::from(&out[..7]);
        assert_eq!(take(&mut half), None);
        let kinds: Vec<u8> = each(&out).map(|(kind, _)| kind).collect();
        assert_eq!(kinds, b"QS");
        assert_eq!(take(&mut out).unwrap().len(), 14);
        assert_eq!(take(&mut out).unwrap().len(), 5);
        assert_eq!(take(&mut out), None);
    }

    #[test]
    fn values_are_shown_as_sql_writes_them() {
        assert_eq!(show(23, true, Some(&70_i32.to_be_bytes())), "70");
        assert_eq!(show(20, true, Some(&(-1_i64).to_be_bytes())), "-1");
        assert_eq!(show(16, true, Some(&[1])), "true");
        assert_eq!(show(25, true, Some(b"lamp")), "'lamp'");
        assert_eq!(show(20, false, Some(b"5")), "5");
        assert_eq!(show(20, true, None), "NULL");
    }

    #[test]
    fn arrays_are_shown_as_sql_writes_them() {
        let array = |oid: u32, elements: &[Option<&[u8]>]| {
            let count = i32::try_from(elements.len()).unwrap();
            let mut out: Vec<u8> = [i32::from(count > 0), 0].map(i32::to_be_bytes).concat();
            out.extend(oid.to_be_bytes());
            if count > 0 {
                out.extend([count, 1].map(i32::to_be_bytes).concat());
            }
            for element in elements {
                let length = element.map_or(-1, |e| i32::try_from(e.len()).unwrap());
                out.extend(length.to_be_bytes());
                out.extend(element.unwrap_or_default());
            }
            out
        };
        let (one, two) = (1_i64.to_be_bytes(), 2_i64.to_be_bytes());
        let eights = array(20, &[Some(&one), Some(&two)]);
        assert_eq!(show(1016, true, Some(&eights)), "{1,2}");
        let fours = array(23, &[Some(&7_i32.to_be_bytes()), None]);
        assert_eq!(show(1007, true, Some(&fours)), "{7,NULL}");
        assert_eq!(show(1009, true, Some(&array(25, &[Some(b"lamp")]))), "{'lamp'}");
        assert_eq!(show(1016, true, Some(&array(20, &[]))), "{}");
        assert_eq!(show(1016, true, Some(&eights[..30])), "0x0000000100000000");
        assert_eq!(show(1016, false, Some(b"{1,2}")), "{1,2}");
    }

    #[test]
    fn errors_are_read_by_field() {
        let body = b"SERROR\0C40P01\0Mdeadlock detected\0\0";
        assert_eq!(field(body, b'C').as_deref(), Some("40P01"));
        assert_eq!(field(body, b'D'), None);
    }
}
