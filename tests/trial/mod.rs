//! A question small enough that anyone can tell what its grades must be.

use std::fs;

use crate::coach::Coach;

const RUBRIC: &str = r#"
format = 1
id = "two-points"
title = "What are tokens and embeddings?"
topic = "trial"
difficulty = "intro"
minutes = 2
question = "What are tokens and embeddings?"
model_answer = "Tokens are pieces of text from a fixed vocabulary. Embeddings map tokens to vectors."

[[criteria]]
id = "tokens"
title = "Tokens"
dimension = "theory"
weight = 1
levels = ["Absent.", "Says that tokens are pieces of text."]
key_points = ["Tokens are pieces of text from a fixed vocabulary."]

[[criteria]]
id = "embeddings"
title = "Embeddings"
dimension = "theory"
weight = 1
levels = ["Absent.", "Says that embeddings are vectors."]
key_points = ["Embeddings map tokens to vectors."]
"#;

pub(crate) const TOKENS: &str = "Tokens are pieces of text from a fixed vocabulary.";
pub(crate) const EMBEDDINGS: &str = "Embeddings map tokens to vectors.";
/// A folder with the rubric in `rubrics`.
pub(crate) fn coach() -> Coach {
    let coach = Coach::new();
    coach.write("rubrics/two-points.toml", RUBRIC);
    coach
}

/// The texts of the drafts that are on disk.
#[allow(dead_code, reason = "each test file uses its part of this")]
pub(crate) fn drafts(coach: &Coach) -> Vec<String> {
    let Ok(files) = fs::read_dir(coach.path("home/drafts")) else {
        return Vec::new();
    };
    let texts =
        files.map(|file| file.unwrap().path()).filter(|path| path.extension().is_some_and(|it| it == "txt"));
    texts.map(|path| fs::read_to_string(path).unwrap().trim_end().to_owned()).collect()
}
