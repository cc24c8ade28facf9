//! A migration or an example that is added must be built in; cargo does not see it by itself.
fn main() {
    println!("cargo:rerun-if-changed=migrations");
    println!("cargo:rerun-if-changed=tests/data/contract");
}
