//! `coach agreement`: how closely grades match what humans gave.

use super::Context;
use crate::agreement::{Agreement, Joined, Undefined, join};
use crate::cli::AgreementArgs;
use crate::error::{Error, Exit, Result};
use crate::files::human::{HumanFile, grades};
use crate::terminal::render_agreement;

/// Compares grades with human ratings.
pub fn run(args: &AgreementArgs, context: &Context) -> Result<Exit> {
    let ours = grades(&args.grades)?;
    let human = HumanFile { path: args.human.clone(), format: args.format, max_score: args.max_score };
    let joined = join(ours, human.read()?).map_err(Error::misused)?;
    if joined.rated.is_empty() {
        return Err(nothing_in_common(&joined, args));
    }
    let agreement = Agreement::of(joined, args.furthest);
    let text = if args.json {
        let json = serde_json::to_string_pretty(&agreement);
        json.map_err(|error| Error::failed(format!("cannot write the figures as JSON: {error}")))? + "\n"
    } else {
        render_agreement(&agreement, &context.terminal.view())
    };
    context.terminal.print(&text)?;
    reached("Pearson's r", "--min-r", agreement.pearson(), args.min_r)?;
    reached("weighted kappa", "--min-kappa", agreement.weighted_kappa(), args.min_kappa)?;
    Ok(Exit::Done)
}

fn nothing_in_common(joined: &Joined, args: &AgreementArgs) -> Error {
    let left_out = &joined.left_out;
    let (grades, human) = (args.grades.display(), args.human.display());
    let message = format!("no answer has both a grade in {grades} and a human rating in {human}");
    let hint = match (left_out.only_in_grades.first.first(), left_out.only_in_human.first.first()) {
        (Some(ours), Some(theirs)) => {
            format!("the ids have to be the same; the grades have \"{ours}\", the human ratings \"{theirs}\"")
        }
        (_, None) if left_out.not_rated.count > 0 => {
            "add `human` to the records: {\"score\": 72} or {\"levels\": {\"CRITERION\": 3}}".to_owned()
        }
        _ if left_out.ungraded.count > 0 => {
            "the grades are all ungraded; run `coach grade` again to see why".to_owned()
        }
        _ => "name a grades file and a file with human ratings of the same answers".to_owned(),
    };
    Error::misused(message).hint(hint)
}

/// Fails when a statistic is below what was asked for, or has no value.
fn reached(name: &str, flag: &str, found: Option<Result<f64, Undefined>>, least: Option<f64>) -> Result<()> {
    let Some(least) = least else { return Ok(()) };
    match found {
        Some(Ok(value)) if value >= least => Ok(()),
        Some(Ok(value)) => Err(Error::failed(format!("{name} is {value:.3}, below {flag} {least}"))),
        Some(Err(undefined)) => {
            Err(Error::failed(format!("{name} is undefined, so {flag} {least} is not met: {undefined}")))
        }
        None => Err(Error::failed(format!("{name} is undefined, so {flag} {least} is not met: no scores"))),
    }
}
