//! A judge grades one answer: the built-in one, or a model behind an endpoint.

pub mod prompt;
