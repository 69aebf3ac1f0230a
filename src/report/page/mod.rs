//! A report as one HTML page that needs nothing but a browser.
//!
//! The page is whole without scripts; the script only adds sorting, filtering and notes in place. The template
//! escapes every value, and what the browser may run is pinned by its hash: text that got through as markup all
//! the same would neither run nor load anything. Charts are SVG written by the template, because so they take
//! the page's colours in light and dark, print, and carry their title and description; a charting crate draws
//! with fixed colours and sizes.

mod answers;
mod data;
mod time;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value, context};
use sha2::{Digest, Sha256};

use self::data::PageData;
use super::Report;
use crate::error::{Error, Result};
use crate::terminal::sanitised;

/// The ending makes the template engine escape for HTML.
const TEMPLATE: &str = "page.html";
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The whole page.
pub fn page(report: &Report) -> Result<String> {
    let broken = |error: minijinja::Error| Error::failed(format!("cannot write the page: {error:#}"));
    let mut templates = Environment::new();
    templates.set_undefined_behavior(UndefinedBehavior::Strict);
    // Lines that only hold a tag of the template leave no line on the page.
    templates
        .set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build().map_err(broken)?);
    templates.set_formatter(|out, state, value| match value.as_str().filter(|_| !value.is_safe()) {
        Some(text) => minijinja::escape_formatter(out, state, &Value::from(sanitised(text).as_ref())),
        None => minijinja::escape_formatter(out, state, value),
    });
    templates.add_template(TEMPLATE, include_str!("page.html")).map_err(broken)?;
    let context = context! {
        policy => policy(),
        style => Value::from_safe_string(STYLE.to_owned()),
        script => Value::from_safe_string(SCRIPT.to_owned()),
        page => Serde(PageData::of(report)),
    };
    templates.get_template(TEMPLATE).and_then(|template| template.render(context)).map_err(broken)
}

/// Content Security Policy: nothing is loaded, and only this style and this script count.
fn policy() -> String {
    format!(
        "default-src 'none'; style-src '{}'; script-src '{}'; img-src data:; base-uri 'none'; form-action 'none'",
        fingerprint(STYLE),
        fingerprint(SCRIPT)
    )
}

fn fingerprint(text: &str) -> String {
    format!("sha256-{}", BASE64.encode(Sha256::digest(text)))
}

#[cfg(test)]
mod tests;
