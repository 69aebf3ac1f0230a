//! Streamed text to ratings.
