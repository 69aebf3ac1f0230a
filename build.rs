//! Rebuilds when shipped content changes: rubrics and prompts are compiled in, and cargo sees only Rust files.

fn main() {
    for folder in ["rubrics", "prompts"] {
        println!("cargo::rerun-if-changed={folder}");
    }
}
