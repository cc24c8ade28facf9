//! What a running text asks for: which of the products that it names, and how many of each.
//!
//! A text also names what its writer owns, gives back or compares with, and numbers that count no product (of
//! a room, a page, a year). What asks, and what says that somebody has a thing already, is known by words of
//! the languages below; where nothing tells, a product that is named alone is asked for. A quantity is only
//! taken where it can be read in one way; else it stays open, with a doubt for a person.

mod count;
mod number;
mod words;

use rust_decimal::Decimal;

use crate::word_list::Pieces;
use count::Count;
use number::{after, before};
use words::{ASKS, BACK, COMPARES, ENDS, HAS, IDLE, JOINTS, MINE};

/// A product that stands in a text, by the bytes of its name. The text is in lower case.
#[derive(Clone, Copy, Debug)]
pub struct Named<'n> {
    pub sku: &'n str,
    pub start: usize,
    pub end: usize,
}

/// A product that a text asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub sku: String,
    /// `None` where none is said, or where it cannot be read in one way.
    pub quantity: Option<Decimal>,
    /// What a person must look at: a finished sentence.
    pub doubt: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Wish {
    Asked,
    /// Nothing says that it is asked for, nor that it is not.
    Bare,
    Not,
}

/// The products that are asked for, each once, in the order of the text.
#[must_use]
pub fn asked<'n>(text: &str, named: impl IntoIterator<Item = Named<'n>>) -> Vec<Asked> {
    let mut found: Vec<(Named<'n>, Wish, Count)> = Vec::new();
    let mut end = 0;
    for one in named {
        let (wish, count) = judged(text, &one, end);
        end = one.end;
        match found.iter_mut().find(|(known, ..)| known.sku == one.sku) {
            Some((_, known, counted)) => {
                // Named again: as something owned here and asked for there, it is asked for.
                *known = if Wish::Asked == wish || *known == Wish::Not { wish } else { *known };
                if *counted == Count::Open {
                    *counted = count;
                }
            }
            None => found.push((one, wish, count)),
        }
    }
    let any = found.iter().any(|(_, wish, _)| *wish == Wish::Asked);
    let wanted = found.into_iter().filter(|(_, wish, count)| match (wish, count) {
        (Wish::Not, _) | (_, Count::Zero) => false,
        (Wish::Asked, _) => true,
        (Wish::Bare, Count::Open) => !any,
        (Wish::Bare, _) => true,
    });
    wanted.map(|(one, _, count)| told(one.sku, count)).collect()
}

fn told(sku: &str, count: Count) -> Asked {
    let (quantity, doubt) = match count {
        Count::Of(quantity) => (Some(quantity), None),
        Count::Unclear(why) => (None, Some(why)),
        Count::Open | Count::Zero => {
            let why = format!("How many of `{sku}` are wanted is not said.");
            (None, Some(why))
        }
    };
    Asked { sku: sku.to_owned(), quantity, doubt }
}

/// `last` is where the product before it ends.
fn judged(text: &str, one: &Named<'_>, last: usize) -> (Wish, Count) {
    let (from, to) = clause(text, one);
    let (before_it, after_it) = (&text[from..one.start], &text[one.end..to]);
    let count = match before(one.sku, before_it) {
        // A number may stand behind a comma: `CM-100, 3 pcs`.
        Count::Open => after(one.sku, text[one.end..].lines().next().unwrap_or_default()),
        known => known,
    };
    // "… give the one back and take the other": what stands before the joint is of the one before.
    let joint = text.get(last.max(from)..one.start).filter(|_| last > from).unwrap_or_default();
    let joint = JOINTS.find(joint).map(|(at, _)| at).max();
    let theirs = joint.map_or(0, |at| at + last - from);
    (wish(before_it, after_it, theirs), count)
}

/// The part of a sentence in which it stands.
fn clause(text: &str, one: &Named<'_>) -> (usize, usize) {
    let ends = |rest: &str, at: usize, c: char| {
        let next = rest[at + c.len_utf8()..].chars().next();
        match c {
            '\n' | '!' | '?' | ';' => true,
            // A number goes on behind them: 1.500, 2,5.
            '.' | ',' => next.is_none_or(char::is_whitespace),
            _ => false,
        }
    };
    let head = &text[..one.start];
    let from = head.char_indices().rev().find(|(at, c)| ends(text, *at, *c));
    let tail = &text[one.end..];
    let to = tail.char_indices().find(|(at, c)| ends(tail, *at, *c));
    let from = from.map_or(0, |(at, c)| at + c.len_utf8());
    let to = to.map_or(text.len(), |(at, c)| one.end + at + if c == '?' { 1 } else { 0 });
    // "… but …" begins something else.
    let turn = ENDS.find(&text[from..one.start]).map(|(_, end)| end).max();
    (from + turn.unwrap_or(0), to)
}

/// The word nearest before the product tells; behind it only what tells by itself. Up to `theirs` a word that says
/// that somebody has a thing is about another product.
fn wish(before: &str, after: &str, theirs: usize) -> Wish {
    // Where it ends: "don't need" outweighs "need".
    let last = |phrases: &Pieces, from: usize| {
        phrases.begin(before).filter(|(at, _)| *at >= from).map(|(_, end)| end).max()
    };
    let (asks, has) = (last(&ASKS, 0), last(&HAS, theirs));
    let mine = before.split_whitespace().rev().take(2).any(|word| MINE.has(word));
    let next = after.split_whitespace().take(2).any(|word| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        !word.is_empty() && BACK.split('|').any(|back| word.starts_with(back))
    });
    if mine || has.is_some() && has >= asks || next {
        return Wish::Not;
    }
    if last(&COMPARES, theirs) > asks {
        return Wish::Bare;
    }
    let asks_behind = after.contains('?') || ASKS.begin(after).next().is_some();
    if asks.is_some() || asks_behind {
        return Wish::Asked;
    }
    let idle = IDLE.begin(after).next().is_some();
    if idle { Wish::Not } else { Wish::Bare }
}

#[cfg(test)]
mod tests;
