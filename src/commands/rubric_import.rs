//! `coach rubric import`: a question, its reference answer and marked answers, to rubrics.

use std::path::{Path, PathBuf};

use super::{Context, kebab_name, read_back};
use crate::bank::write;
use crate::cli::RubricImportArgs;
use crate::error::{Error, Exit, Result};
use crate::files::fresh::write_all;
use crate::files::marked::{rows, wrong_rows};
use crate::import::{Imported, KeyPoints, Settings, import};

/// Makes a rubric of each question of a CSV file, and a file of the answers in it.
pub fn run(args: &RubricImportArgs, context: &Context) -> Result<Exit> {
    let config = context.config()?;
    let bank = context.bank(&config)?;
    let imported = imported(args)?;
    let folder = args.out.clone().unwrap_or_else(|| Path::new("rubrics").join(&args.topic));
    let rubrics: Vec<(PathBuf, String)> =
        imported.iter().map(|it| rubric_file(&folder, it)).collect::<Result<_>>()?;
    let mut files = rubrics.clone();
    files.extend(args.answers.iter().map(|path| (path.clone(), answers(&imported))));
    write_all(&files)?;
    for replaced in imported.iter().filter_map(|it| bank.rubric(it.rubric.id.as_str())) {
        context.terminal.notice(&format!("{} replaces a rubric of the same id in the bank", replaced.id));
    }
    let listed: Vec<String> = files.iter().map(|(path, _)| path.display().to_string()).collect();
    context.terminal.print(&(listed.join("\n") + "\n"))?;
    context.terminal.notice(&summary(&imported, args, &folder));
    Ok(Exit::Done)
}

fn imported(args: &RubricImportArgs) -> Result<Vec<Imported>> {
    kebab_name("topic", &args.topic)?;
    let rows = rows(&args.file)?;
    if rows.is_empty() {
        return Err(Error::misused(format!("{} has no rows but its header", args.file.display())));
    }
    let file = args.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let key_points = if args.whole { KeyPoints::Whole } else { KeyPoints::Statements };
    import(&rows, &Settings { topic: args.topic.clone(), file, key_points })
        .map_err(|wrong| wrong_rows(&args.file, &wrong))
}

fn rubric_file(folder: &Path, imported: &Imported) -> Result<(PathBuf, String)> {
    let id = imported.rubric.id.as_str();
    let path = folder.join(format!("{id}.toml"));
    let text = write::write(&imported.rubric, &imported.remarks);
    read_back(&path, id, &text)?;
    Ok((path, text))
}

fn answers(imported: &[Imported]) -> String {
    imported.iter().flat_map(|it| it.answers.iter().map(String::as_str)).collect()
}

fn summary(imported: &[Imported], args: &RubricImportArgs, folder: &Path) -> String {
    let noun = if imported.len() == 1 { "rubric" } else { "rubrics" };
    let rubrics = format!("{} {noun} in {}", imported.len(), folder.display());
    let Some(answers) = &args.answers else {
        return format!("{rubrics}. Read them, then: coach rubric check {}", folder.display());
    };
    let count: usize = imported.iter().map(|it| it.answers.len()).sum();
    let (folder, answers) = (folder.display(), answers.display());
    format!(
        "{rubrics}, {count} answers in {answers}. Read the rubrics, then:\n  \
         coach grade {answers} --rubrics {folder} -o grades.jsonl\n  \
         coach agreement grades.jsonl --human {answers}"
    )
}
