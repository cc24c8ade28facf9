//! Panics of decisions and readers: caught, with the place and the backtrace, for the parked row.

use std::backtrace::Backtrace;
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

thread_local! {
    static CATCHING: Cell<bool> = const { Cell::new(false) };
    static CAUGHT: RefCell<Option<String>> = const { RefCell::new(None) };
}

static HOOK: Once = Once::new();

/// Runs `work`; a panic in it is an error that says what, where and how it came to it.
pub fn catch<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    HOOK.call_once(install);
    CATCHING.set(true);
    let done = catch_unwind(AssertUnwindSafe(work));
    CATCHING.set(false);
    done.map_err(|_| {
        let text = CAUGHT.with_borrow_mut(Option::take);
        text.unwrap_or_else(|| "A bug: a panic without a text.".to_owned())
    })
}

/// Where nobody catches, panics are printed as before.
fn install() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if CATCHING.get() {
            let text = format!("A bug: {info}\n{}", Backtrace::force_capture());
            CAUGHT.set(Some(text));
        } else {
            before(info);
        }
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_a_text_with_its_place() {
        let caught = catch(|| panic!("the quantity is odd"));
        let text = caught.unwrap_err();
        assert!(text.contains("the quantity is odd") && text.contains("panics.rs"), "{text}");
        assert_eq!(catch(|| 7), Ok(7));
    }
}
