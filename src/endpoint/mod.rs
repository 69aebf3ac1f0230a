//! One request to an OpenAI-compatible server.
