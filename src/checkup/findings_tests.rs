//! Lines for facts, as tables.

use super::*;
