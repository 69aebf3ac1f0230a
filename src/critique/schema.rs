//! JSON Schema of a critique from a rubric.
