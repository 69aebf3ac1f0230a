//! Text to a rubric, or to every problem at once.
