//! What coverage-guided fuzzing found worth keeping of messages of the contract.

mod promises;

use std::path::Path;

use leadmill::envelope;

/// Fewer inputs mean that the corpus was lost.
const INPUTS_MIN: usize = 20;

#[test]
fn the_corpus_of_the_fuzz_target_is_opened_and_read_without_a_panic() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for folder in ["fuzz/corpus/envelope", "tests/data/contract"] {
        let files = std::fs::read_dir(root.join(folder)).unwrap().map(|file| file.unwrap().path());
        let mut inputs = 0;
        for file in files {
            promises::check(&std::fs::read(file).unwrap());
            inputs += 1;
        }
        assert!(inputs >= INPUTS_MIN, "{folder} has only {inputs} inputs");
    }
}
