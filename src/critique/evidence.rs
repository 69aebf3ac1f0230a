//! Finds a quotation in an answer.
