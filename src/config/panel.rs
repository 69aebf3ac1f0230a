//! A `[judges.NAME]` table with members: a panel of other judges.

use super::BUILT_IN;
use crate::document::{Located, Table};
use crate::nearest::nearest;

/// The field that makes a judge a panel.
pub(super) const MEMBERS: &str = "members";

/// One judge alone is no panel.
const LEAST_MEMBERS: usize = 2;

/// The members' names: endpoints of `judges`, or the built-in judge, each once.
pub(super) fn read(table: &Table<'_>, judges: &Table<'_>) -> Vec<String> {
    let members = table.texts(MEMBERS);
    table.report_unknown();
    for (at, member) in members.iter().enumerate() {
        if let Some((message, help)) = wrong(member, &members[..at], judges) {
            table.problem(member.span.clone(), message, help);
        }
    }
    if members.len() < LEAST_MEMBERS {
        let help = "name two judges or more, as in `members = [\"a\", \"b\", \"built-in\"]`".to_owned();
        table.problem(table.span(), format!("a panel needs at least {LEAST_MEMBERS} members"), Some(help));
    }
    members.into_iter().map(|member| member.value).collect()
}

fn wrong(
    member: &Located<String>,
    before: &[Located<String>],
    judges: &Table<'_>,
) -> Option<(String, Option<String>)> {
    let name = &member.value;
    if before.iter().any(|other| other.value == *name) {
        return Some((format!("\"{name}\" is a member already"), None));
    }
    if name == BUILT_IN {
        return None;
    }
    let Some(table) = judges.own_table(name) else {
        let names: Vec<String> = judges.names().map(|known| known.value).collect();
        let near = nearest(name, names.iter().map(String::as_str).chain([BUILT_IN]));
        return Some((
            format!("there is no judge \"{name}\""),
            near.map(|near| format!("did you mean \"{near}\"?")),
        ));
    };
    table.has(MEMBERS).then(|| {
        (
            format!("\"{name}\" is a panel, and a panel can't be a member"),
            Some("name its members instead".to_owned()),
        )
    })
}
