//! `leadmill send`: raw inputs for intake, published as any sender outside would.

mod channel;
mod content;
mod parts;
mod workbook;

use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, anyhow, bail};
use indicatif::ProgressBar;
use serde::Serialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::declare::Declare;
use super::post::{self, Post};
use super::{Context, output, progress};
use crate::messaging::{BODY_BYTES_MAX, Outgoing};
use crate::runtime::hex;
use parts::{Part, Parts};
use workbook::List;

pub use channel::Channel;
pub(super) use content::media_type;

/// Messages of one batch that waits for its confirms.
const BATCH_MESSAGES_MAX: usize = 256;
/// Bytes of one batch.
const BATCH_BYTES_MAX: usize = BODY_BYTES_MAX;
/// Bytes of one part of a list: small enough that a worker holds little, and that several work on it.
const PART_BYTES: usize = 1024 * 1024;
/// From so many files on, a bar shows how far it came.
const BAR_FILES_MIN: usize = 20;
/// From so many bytes on.
const BAR_BYTES_MIN: u64 = 8 * 1024 * 1024;
/// Standard input, as a file.
pub(super) const STDIN: &str = "-";
/// Longest message id: a short text of AMQP, in bytes.
const MESSAGE_ID_BYTES_MAX: usize = 255;

/// Options of `leadmill send`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  leadmill send email enquiry.eml                a mail, as a mail server hands it over
  leadmill send web form.json hook.xml           forms and hooks, known by their bytes
  leadmill send card *.vcf                       business cards
  leadmill send import contacts.csv              a list; above 1 MiB it is cut at the ends of rows
  leadmill send import contacts.xlsx --locale es-ES --source partner --map map.json
                                                 a workbook, with what you know of it
  zcat contacts.csv.gz | leadmill send import -  a list of any size from standard input
  curl -s https://forms.example/last | leadmill send web -

Every file becomes one message in the queue intake.email, intake.web, intake.import or intake.card;
any AMQP client can do the same. It is accepted once the broker has confirmed it. What became of it
tells `leadmill status`.

Without --message-id the id is the SHA-256 of the bytes, so that sending a file twice by mistake is
counted as a repeat and makes no second lead.")]
pub struct Send {
    /// Which kind of input it is
    channel: Channel,
    /// Files to send; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The sender's own key of the message (only with one file that needs no parts)
    #[arg(long, value_name = "ID", conflicts_with = "new_id")]
    message_id: Option<String>,
    /// Give each message a new key, so that the same bytes count again
    #[arg(long, visible_alias = "again")]
    new_id: bool,
    /// The media type, where it cannot be seen from the bytes
    #[arg(long, value_name = "TYPE")]
    content_type: Option<String>,
    #[command(flatten)]
    declare: Declare,
}

/// What the broker has confirmed.
#[derive(Clone, Debug, Serialize)]
struct Accepted {
    file: String,
    queue: &'static str,
    message_id: String,
    content_type: String,
    bytes: usize,
    /// Which part of the file it is, where it was cut.
    #[serde(skip_serializing_if = "Option::is_none")]
    part: Option<u64>,
}

impl Send {
    pub(super) async fn run(&self, context: &Context) -> anyhow::Result<ExitCode> {
        let total = self.check()?;
        let settings = context.settings().await?;
        let bar = self.bar(total);
        let mut sending = Sending {
            post: Post::open(context, &settings).await?,
            bar,
            batch: Vec::new(),
            batch_bytes: 0,
            waiting: Vec::new(),
            accepted: Vec::new(),
        };
        let sent = self.send_all(&mut sending).await;
        sending.bar.finish_and_clear();
        let Sending { post, accepted, .. } = sending;
        post.close().await;
        print(context, &accepted)?;
        sent?;
        Ok(ExitCode::SUCCESS)
    }

    /// Looks at everything before anything is sent. Gives the bytes in all, where they are known.
    fn check(&self) -> anyhow::Result<Option<u64>> {
        if self.message_id.is_some() && self.files.len() > 1 {
            bail!("One --message-id cannot name {} files; send them one by one.", self.files.len());
        }
        if let Some(id) = &self.message_id
            && !(1..=MESSAGE_ID_BYTES_MAX).contains(&id.len())
        {
            bail!("The --message-id must have 1 to {MESSAGE_ID_BYTES_MAX} bytes.");
        }
        let declared = self.declare.headers().context("Nothing was sent")?;
        if self.channel != Channel::Import && !declared.is_empty() {
            bail!("Only a list has columns, a locale and the like; say them with `send import`.");
        }
        if self.files.iter().filter(|file| file.as_os_str() == STDIN).count() > 1 {
            bail!("Standard input (`-`) can be read only once; name it once.");
        }
        let mut total = Some(0_u64);
        for file in &self.files {
            if file.as_os_str() == STDIN {
                if std::io::stdin().is_terminal() {
                    output::say("Reading standard input until its end (Ctrl-D).");
                }
                total = None;
                continue;
            }
            let name = file.display();
            let found = std::fs::metadata(file)
                .with_context(|| format!("`{name}` cannot be read; nothing was sent"))?;
            if found.is_dir() {
                bail!("`{name}` is a folder; name its files, as `{name}/*`. Nothing was sent.");
            }
            if self.channel != Channel::Import && found.len() > BODY_BYTES_MAX as u64 {
                bail!("{} Nothing was sent.", too_large(&name.to_string(), self.channel));
            }
            total = total.map(|total| total + found.len());
        }
        Ok(total)
    }

    fn bar(&self, total: Option<u64>) -> ProgressBar {
        let many = self.files.len() >= BAR_FILES_MIN;
        if many || total.is_none_or(|total| total >= BAR_BYTES_MIN) {
            progress::bytes("sending", total)
        } else {
            ProgressBar::hidden()
        }
    }

    async fn send_all(&self, sending: &mut Sending) -> anyhow::Result<()> {
        for file in &self.files {
            let sent = if file.as_os_str() == STDIN {
                self.send_one("-", None, std::io::stdin(), sending).await
            } else {
                let opened = std::fs::File::open(file);
                let opened =
                    opened.with_context(|| format!("`{}` cannot be read", file.display()))?;
                self.send_one(&file.display().to_string(), Some(file), opened, sending).await
            };
            if let Err(error) = sent {
                // What lies in the batch is whole and may go, before the reason is told.
                sending.flush().await?;
                return Err(error);
            }
        }
        sending.flush().await
    }

    async fn send_one(
        &self,
        name: &str,
        path: Option<&Path>,
        reader: impl Read,
        sending: &mut Sending,
    ) -> anyhow::Result<()> {
        if self.channel != Channel::Import {
            let mut body = Vec::new();
            let limit = BODY_BYTES_MAX as u64 + 1;
            tokio::task::block_in_place(|| reader.take(limit).read_to_end(&mut body))
                .with_context(|| format!("`{name}` cannot be read"))?;
            if body.len() > BODY_BYTES_MAX {
                bail!(too_large(name, self.channel));
            }
            return self.hand_over(name, body, None, sending).await;
        }
        let list = tokio::task::block_in_place(|| List::of(reader));
        match list.with_context(|| format!("`{name}` was not sent"))? {
            List::Message(body) => self.hand_over(name, body, None, sending).await,
            List::Text(text) => self.send_parts(name, path, text, false, sending).await.map(drop),
            List::Sheet(sheet) => {
                let sheet = self.send_parts(name, path, sheet, true, sending).await?;
                sheet.end().map_err(|why| anyhow!("`{name}` was not sent to its end. {why}"))
            }
        }
    }

    /// Sends a list whole, or cut into parts; gives back what it was read of.
    async fn send_parts<R: Read>(
        &self,
        name: &str,
        path: Option<&Path>,
        reader: R,
        sheet: bool,
        sending: &mut Sending,
    ) -> anyhow::Result<R> {
        let terms = self.declare.terms(sheet)?;
        let mut parts = Parts::of(reader, PART_BYTES, terms);
        let mut import = None;
        while let Some(part) = tokio::task::block_in_place(|| parts.next())
            .map_err(|why| anyhow!("`{name}` was not sent to its end. {why}"))?
        {
            let Part { bytes, number, first_row, last } = part;
            if number == 1 && last && !sheet {
                self.hand_over(name, bytes, None, sending).await?;
                break;
            }
            if self.message_id.is_some() {
                bail!(
                    "`{name}` is sent in parts, which have ids of their own; leave --message-id out."
                );
            }
            let import = match &import {
                Some(import) => import,
                None => import.insert(name_of_import(path)?),
            };
            let headers = vec![
                ("x-import".to_owned(), import.clone()),
                ("x-part".to_owned(), number.to_string()),
                ("x-first-row".to_owned(), first_row.to_string()),
                ("x-last".to_owned(), last.to_string()),
            ];
            let part = Cut { number, headers, sheet };
            self.hand_over(name, bytes, Some(part), sending).await?;
        }
        Ok(parts.into_reader())
    }

    async fn hand_over(
        &self,
        name: &str,
        body: Vec<u8>,
        part: Option<Cut>,
        sending: &mut Sending,
    ) -> anyhow::Result<()> {
        let seen = || match &part {
            Some(Cut { sheet: true, .. }) => Some(intake::SHEET.to_owned()),
            _ => content::media_type(self.channel, &body),
        };
        let content_type = self.content_type.clone().or_else(seen).with_context(|| {
            format!(
                "`{name}` is no JSON, no XML, no multipart body and no url-encoded form; say what it \
                 is with --content-type, or send it as `leadmill send email` or `card`."
            )
        })?;
        let declared = self.declare.headers()?;
        let message_id = match &self.message_id {
            Some(id) => id.clone(),
            None if self.new_id => Uuid::now_v7().to_string(),
            // As intake itself names what has no id. The same list with other words about it is another input.
            None => {
                let said = declared.iter().flat_map(|(name, text)| ["\0", name, "\0", text]);
                let digest =
                    said.fold(Sha256::new_with_prefix(&body), |so_far, it| so_far.chain_update(it));
                format!("sha256:{}", hex(&digest.finalize()))
            }
        };
        let queue = self.channel.queue();
        let (part, headers) = part.map(|part| (part.number, part.headers)).unzip();
        let accepted = Accepted {
            file: name.to_owned(),
            queue,
            message_id: message_id.clone(),
            content_type: content_type.clone(),
            bytes: body.len(),
            part,
        };
        let mut message = post::raw(queue, &content_type, message_id, body);
        message.headers = headers.unwrap_or_default();
        message.headers.extend(declared);
        // `trace` and `status` show it beside a key that says nothing to a person.
        if let Some(file) = Path::new(name).file_name().filter(|_| name != STDIN) {
            message.headers.push(("x-file".to_owned(), file.to_string_lossy().into_owned()));
        }
        sending.add(message, accepted).await
    }
}

/// One part of a list that was cut.
struct Cut {
    number: u64,
    headers: Vec<(String, String)>,
    /// Of a workbook.
    sheet: bool,
}

/// Messages on their way, a batch at a time.
struct Sending {
    post: Post,
    bar: ProgressBar,
    batch: Vec<Outgoing>,
    batch_bytes: usize,
    waiting: Vec<Accepted>,
    accepted: Vec<Accepted>,
}

impl Sending {
    async fn add(&mut self, message: Outgoing, accepted: Accepted) -> anyhow::Result<()> {
        self.batch_bytes += message.body.len();
        self.batch.push(message);
        self.waiting.push(accepted);
        if self.batch.len() >= BATCH_MESSAGES_MAX || self.batch_bytes >= BATCH_BYTES_MAX {
            self.flush().await?;
        }
        Ok(())
    }

    async fn flush(&mut self) -> anyhow::Result<()> {
        let first = self.waiting.first().map(|first| first.file.clone()).unwrap_or_default();
        let batch = std::mem::take(&mut self.batch);
        self.post.send(batch).await.with_context(|| {
            format!("From `{first}` on nothing is known to have arrived; send that again")
        })?;
        self.bar.inc(std::mem::take(&mut self.batch_bytes) as u64);
        self.accepted.append(&mut self.waiting);
        Ok(())
    }
}

fn too_large(name: &str, channel: Channel) -> String {
    let step = match channel {
        Channel::Email => "take large attachments out of it",
        Channel::Web => "send its entries one by one",
        Channel::Card => "split it between two cards",
        Channel::Import => "send it as CSV, which is cut into parts",
    };
    format!("`{name}` is larger than 16 MiB, the most that fits into one message; {step}.")
}

/// What all parts of one file share: its digest, or a new id where it comes by standard input,
/// which cannot be read twice.
fn name_of_import(path: Option<&Path>) -> anyhow::Result<String> {
    let Some(path) = path else { return Ok(Uuid::now_v7().to_string()) };
    let digest = tokio::task::block_in_place(|| -> std::io::Result<_> {
        let mut digest = Sha256::new();
        let (mut file, mut chunk) = (std::fs::File::open(path)?, vec![0; 1024 * 1024]);
        loop {
            let read = file.read(&mut chunk)?;
            if read == 0 {
                return Ok(digest.finalize());
            }
            digest.update(&chunk[..read]);
        }
    });
    let digest = digest.with_context(|| format!("`{}` cannot be read", path.display()))?;
    Ok(format!("sha256:{}", hex(&digest)))
}

fn print(context: &Context, accepted: &[Accepted]) -> anyhow::Result<()> {
    context.output.print(&accepted, |accepted| {
        if accepted.is_empty() {
            return "Nothing was accepted.".to_owned();
        }
        let rows = accepted.iter().map(|one| {
            let part = one.part.map_or_else(String::new, |part| format!(", part {part}"));
            let bytes = indicatif::HumanBytes(one.bytes as u64).to_string();
            [format!("{}{part}", one.file), one.queue.to_owned(), bytes, one.message_id.clone()]
        });
        let table = output::table(["file", "queue", "size", "message id"], rows);
        let count = accepted.len();
        let s = if count == 1 { "" } else { "s" };
        format!("{table}\nThe broker has accepted {count} message{s}.")
    })
}
