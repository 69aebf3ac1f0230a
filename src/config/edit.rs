//! Puts a judge into the text of a configuration. Comments, order and all other settings stay as they are. Pure.

use toml_edit::{DocumentMut, Item, Table, TableLike, value};

use super::ApiKey;

/// What to put in.
#[derive(Debug, Clone)]
pub struct JudgeEdit<'a> {
    /// The judge's name.
    pub name: &'a str,
    /// Its endpoint.
    pub base_url: &'a str,
    /// Its model.
    pub model: &'a str,
    /// Where its key comes from.
    pub key: KeyEdit,
    /// Whether it grades when no other judge is named.
    pub default: Default,
}

/// What becomes of a judge's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyEdit {
    /// What is there stays.
    Keep,
    /// It comes from this environment variable.
    Variable(String),
    /// It stands in the file.
    Inside(ApiKey),
}

/// What becomes of the setting `judge`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Default {
    /// What is there stays.
    Keep,
    /// The judge that is put in.
    This,
}

/// The text with the judge in it, or what is in the way.
pub fn with_judge(text: &str, edit: &JudgeEdit<'_>) -> Result<String, String> {
    let mut document: DocumentMut = text.parse().map_err(|error| format!("it is not TOML: {error}"))?;
    if edit.default == Default::This {
        put(document.as_table_mut(), "judge", edit.name);
    }
    let judges = document.entry("judges").or_insert_with(implicit_table);
    let judges = judges.as_table_like_mut().ok_or("`judges` is not a table")?;
    let judge = judges.entry(edit.name).or_insert_with(|| Item::Table(Table::new()));
    let judge = judge.as_table_like_mut().ok_or_else(|| format!("`judges.{}` is not a table", edit.name))?;
    put(judge, "base_url", edit.base_url);
    put(judge, "model", edit.model);
    put_key(judge, &edit.key);
    Ok(document.to_string())
}

/// `[judges.a]` needs no line `[judges]` of its own.
fn implicit_table() -> Item {
    let mut table = Table::new();
    table.set_implicit(true);
    Item::Table(table)
}

/// Sets a text; the comment behind the old one stays.
fn put(table: &mut dyn TableLike, key: &str, text: &str) {
    let mut new = toml_edit::Value::from(text);
    if let Some(old) = table.get(key).and_then(Item::as_value) {
        *new.decor_mut() = old.decor().clone();
    }
    match table.get_mut(key) {
        Some(item) => *item = Item::Value(new),
        None => drop(table.insert(key, value(new))),
    }
}

/// A judge has one source of its key.
fn put_key(judge: &mut dyn TableLike, key: &KeyEdit) {
    const SOURCES: [&str; 3] = ["api_key_env", "api_key_command", "api_key"];
    let (name, text) = match key {
        KeyEdit::Keep => return,
        KeyEdit::Variable(variable) => ("api_key_env", variable.as_str()),
        KeyEdit::Inside(key) => ("api_key", key.reveal()),
    };
    for other in SOURCES.into_iter().filter(|source| *source != name) {
        judge.remove(other);
    }
    put(judge, name, text);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(name: &'static str) -> JudgeEdit<'static> {
        JudgeEdit { name, base_url: "http://h/v1", model: "m", key: KeyEdit::Keep, default: Default::Keep }
    }

    #[test]
    fn a_judge_is_put_in_and_all_else_stays() {
        let key = |key| JudgeEdit { key, ..edit("a") };
        let default = JudgeEdit { default: Default::This, ..edit("a") };
        let variable = || KeyEdit::Variable("K".to_owned());
        for (before, edit, after) in [
            ("", edit("a"), "[judges.a]\nbase_url = \"http://h/v1\"\nmodel = \"m\"\n"),
            ("", default.clone(), "judge = \"a\"\n\n[judges.a]\nbase_url = \"http://h/v1\"\nmodel = \"m\"\n"),
            (
                "# mine\njudge = \"b\" # the good one\n\n[judges.b]\nbase_url = 'x' # there\n",
                default,
                "# mine\njudge = \"a\" # the good one\n\n[judges.b]\nbase_url = 'x' # there\n\n[judges.a]\nbase_url = \"http://h/v1\"\nmodel = \"m\"\n",
            ),
            (
                "[judges.a]\n# old\nmodel = \"n\" # small\nbase_url = \"y\"\nseed = 3\n[prices.m]\ninput = 1\noutput = 2\n",
                edit("a"),
                "[judges.a]\n# old\nmodel = \"m\" # small\nbase_url = \"http://h/v1\"\nseed = 3\n[prices.m]\ninput = 1\noutput = 2\n",
            ),
            (
                "[judges.a]\nbase_url = \"y\"\napi_key_command = \"pass\"\nmodel = \"m\"\n",
                key(variable()),
                "[judges.a]\nbase_url = \"http://h/v1\"\nmodel = \"m\"\napi_key_env = \"K\"\n",
            ),
            (
                "judges = { a = { base_url = \"y\", seed = 1 } }\n",
                key(KeyEdit::Inside(ApiKey::new("sk"))),
                "judges = { a = { base_url = \"http://h/v1\", seed = 1 , model = \"m\", api_key = \"sk\" } }\n",
            ),
            (
                "",
                JudgeEdit { model: "org/\"odd\"\n", ..edit("with a.dot") },
                "[judges.\"with a.dot\"]\nbase_url = \"http://h/v1\"\nmodel = \"\"\"\norg/\"odd\"\n\"\"\"\n",
            ),
        ] {
            let got = with_judge(before, &edit).unwrap();
            assert_eq!(got, after, "{before}");
            toml::from_str::<toml::Table>(&got).unwrap();
        }
        assert!(with_judge("judges = 3", &edit("a")).is_err());
        assert!(with_judge("[judges]\na = 3", &edit("a")).is_err());
        assert!(with_judge("judges = [", &edit("a")).is_err());
    }
}
