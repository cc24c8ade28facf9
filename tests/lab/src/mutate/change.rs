//! What is changed in a real input: bytes and lines of all, and the structure of what has one.

use fastrand::Rng;
use serde_json::{Map, Value};

use super::samples::Sample;

/// Most changes of one input.
const CHANGES_MAX: usize = 6;
/// Pieces that readers stumble over.
const PIECES: &[&[u8]] = &[
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\r",
    b"\r\n\r\n",
    b"\n ",
    b"=\r\n",
    b"=?utf-8?B?",
    b"?=",
    b"\"",
    b"'",
    b";",
    b",",
    b"\t",
    b"|",
    b":",
    b"<",
    b">",
    b"&#x0;",
    b"&amp;",
    b"%00",
    b"%",
    b"{",
    b"}",
    b"[",
    b"]",
    b"\\",
    b"@",
    b"..",
    b"-",
    b"+",
    b"0",
    b"99999999999999999999",
    b"1e400",
    b"-1",
    b"1.000",
    b"NaN",
    b"null",
    b"\xc3",
    b"\x80",
    b"\xe2\x80\xae",
    b"Content-Type: multipart/mixed; boundary=\"x\"\r\n",
    b"--x--\r\n",
    b"From: a@b\r\n",
    b"> ",
    b"On x wrote:\n",
    b"BEGIN:VCARD\r\n",
    b"END:VCARD\r\n",
    b"AGENT:",
    b"PREF=1",
    b"PK\x03\x04",
    b"<!DOCTYPE a [<!ENTITY b \"c\">]>",
];

/// The sample that this number draws.
pub fn drawn(samples: &[Sample], seed: u64, number: u64) -> &Sample {
    &samples[dice(seed, number).usize(..samples.len())]
}

/// The changed input of this number, with the sample that it was.
pub fn input(samples: &[Sample], seed: u64, number: u64) -> (&Sample, Vec<u8>) {
    let mut dice = dice(seed, number);
    let sample = &samples[dice.usize(..samples.len())];
    let mut body = sample.body.clone();
    for _ in 0..dice.usize(1..=CHANGES_MAX) {
        let other = &samples[dice.usize(..samples.len())].body;
        change(&mut body, other, &mut dice);
    }
    (sample, body)
}

fn dice(seed: u64, number: u64) -> Rng {
    Rng::with_seed(seed.rotate_left(32) ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

fn change(body: &mut Vec<u8>, other: &[u8], dice: &mut Rng) {
    match dice.u8(..14) {
        0 => flip(body, dice),
        1 => drop(body.drain(span(body, dice))),
        2 => {
            let piece = body[span(body, dice)].to_vec();
            insert(body, &piece, dice);
        }
        3 => insert(body, PIECES[dice.usize(..PIECES.len())], dice),
        4 => {
            let piece = other[span(other, dice)].to_vec();
            insert(body, &piece, dice);
        }
        5 => body.truncate(dice.usize(..=body.len())),
        6 => {
            let piece = PIECES[dice.usize(..PIECES.len())].repeat(dice.usize(1..=2_000));
            insert(body, &piece, dice);
        }
        7 => lines(body, dice, |lines, at, _| drop(lines.remove(at))),
        8 => lines(body, dice, |lines, at, dice| {
            let line = lines[at].clone();
            lines.insert(dice.usize(..=lines.len()), line);
        }),
        9 => lines(body, dice, |lines, at, dice| {
            let to = dice.usize(..lines.len());
            lines.swap(at, to);
        }),
        // A value within a line: a header's, a cell, a property's.
        10 => lines(body, dice, |lines, at, dice| {
            let piece = PIECES[dice.usize(..PIECES.len())];
            let divider =
                lines[at].iter().position(|b| b":;,=\t".contains(b)).map_or(0, |at| at + 1);
            lines[at].truncate(divider);
            lines[at].extend_from_slice(piece);
            lines[at].push(b'\n');
        }),
        _ => {
            if !json(body, dice) {
                flip(body, dice);
            }
        }
    }
}

fn flip(body: &mut [u8], dice: &mut Rng) {
    for _ in 0..dice.usize(1..=8) {
        if !body.is_empty() {
            let at = dice.usize(..body.len());
            body[at] = dice.u8(..);
        }
    }
}

/// A piece of the body, mostly a short one.
fn span(body: &[u8], dice: &mut Rng) -> std::ops::Range<usize> {
    let from = dice.usize(..=body.len());
    let most = if dice.u8(..4) == 0 { body.len() - from } else { (body.len() - from).min(80) };
    from..from + dice.usize(..=most)
}

fn insert(body: &mut Vec<u8>, piece: &[u8], dice: &mut Rng) {
    let at = dice.usize(..=body.len());
    body.splice(at..at, piece.iter().copied());
}

fn lines(
    body: &mut Vec<u8>,
    dice: &mut Rng,
    change: impl FnOnce(&mut Vec<Vec<u8>>, usize, &mut Rng),
) {
    let mut lines: Vec<Vec<u8>> =
        body.split_inclusive(|b| *b == b'\n').map(<[u8]>::to_vec).collect();
    if lines.is_empty() {
        return;
    }
    let at = dice.usize(..lines.len());
    change(&mut lines, at, dice);
    *body = lines.concat();
}

/// Changes one node of a JSON body; `false` where it is none.
fn json(body: &mut Vec<u8>, dice: &mut Rng) -> bool {
    let Ok(mut tree) = serde_json::from_slice::<Value>(body) else { return false };
    let nodes = count(&tree);
    let mut at = dice.usize(..nodes);
    node(&mut tree, &mut at, dice);
    match serde_json::to_vec(&tree) {
        Ok(bytes) => {
            *body = bytes;
            true
        }
        Err(_) => false,
    }
}

fn count(tree: &Value) -> usize {
    1 + match tree {
        Value::Object(fields) => fields.values().map(count).sum::<usize>(),
        Value::Array(list) => list.iter().map(count).sum(),
        _ => 0,
    }
}

/// Changes the node that `at` counts down to.
fn node(tree: &mut Value, at: &mut usize, dice: &mut Rng) {
    if *at == 0 {
        *at = usize::MAX;
        *tree = changed(tree.take(), dice);
        return;
    }
    *at -= 1;
    match tree {
        Value::Object(fields) => fields.values_mut().for_each(|inner| {
            if *at != usize::MAX {
                node(inner, at, dice);
            }
        }),
        Value::Array(list) => list.iter_mut().for_each(|inner| {
            if *at != usize::MAX {
                node(inner, at, dice);
            }
        }),
        _ => {}
    }
}

fn changed(value: Value, dice: &mut Rng) -> Value {
    match dice.u8(..10) {
        0 => Value::Null,
        1 => Value::Array(vec![value; dice.usize(1..=50)]),
        2 => Value::Object(Map::from_iter([("value".to_owned(), value)])),
        3 => Value::from(dice.i64(..)),
        4 => Value::from(f64::from_bits(dice.u64(..))),
        5 => Value::Bool(dice.bool()),
        6 => {
            Value::String(String::from_utf8_lossy(PIECES[dice.usize(..PIECES.len())]).into_owned())
        }
        7 => Value::String("x".repeat(dice.usize(..100_000))),
        8 => Value::String(value.to_string()),
        _ => (0..dice.usize(1..=200)).fold(value, |inner, _| Value::Array(vec![inner])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_draws_the_same() {
        let sample = |name: &str, body: &str| Sample {
            name: name.into(),
            queue: "intake.web",
            body: body.into(),
        };
        let samples =
            [sample("a", r#"{"name":"Ana","email":"a@b.example"}"#), sample("b", "x=1&y=2\nz")];
        let inputs = |seed| (0..200).map(|n| input(&samples, seed, n).1).collect::<Vec<_>>();
        assert_eq!(inputs(1), inputs(1));
        assert_ne!(inputs(1), inputs(2));
        let same =
            (0..200).filter(|n| samples.iter().any(|it| it.body == input(&samples, 1, *n).1));
        assert!(same.count() < 20, "an input is hardly ever left as it was");
        for number in 0..200 {
            assert_eq!(input(&samples, 1, number).0.name, drawn(&samples, 1, number).name);
        }
    }
}
