//! The map of leadmill: where a message goes, who holds what together, and why it is built so.
//!
//! leadmill takes leads in by message and gives issued invoices out by message. Five workers stand
//! in a row; each consumes its own queues, decides, writes to PostgreSQL and publishes what happened.
//! A worker is two pure functions on plain data: `needs` says what must be known, `decide` says what
//! follows. Everything else (loading, locking, batches, claims, transactions, publishing,
//! acknowledging, waiting, parking) is written once, in [`runtime`].
//!
//! # The way of a message
//!
//! | step | file |
//! | --- | --- |
//! | A form lies in the quorum queue `intake.web`. A lane takes what is there, without waiting for more | `runtime/lane.rs`, `runtime/prefetch.rs`, `messaging/consumer.rs` |
//! | Its bytes become a typed `When`, on a thread that may block, before any transaction | `runtime/arrival.rs`, `envelope.rs`, `workers/intake/src/form.rs` |
//! | `BEGIN`; it is claimed; its raw bytes are stored | `runtime/transaction.rs`, `received.rs`, `inbox.rs`, `chunk.rs` in `store/delivery` |
//! | What the whole batch needs is loaded and locked | `store/world.rs` |
//! | Message after message is decided; each sees what the ones before it changed | `runtime/decision.rs`, `domain/world.rs` |
//! | Records, events, answers and timers are written, a statement per table; `COMMIT` | `runtime/record.rs`, `store/save.rs`, `store/delivery/event.rs` |
//! | The events are published, every confirm is awaited; only then the form is acknowledged | `runtime/publish.rs`, `messaging/publisher.rs`, `runtime/lane.rs` |
//! | `lead.captured` → *qualification* → `lead.qualified`, `opportunity.created` | `workers/qualification/src/assessing.rs` |
//! | `opportunity.created` → *quoting* → `quote.activated`; the customer sends `quote.accept` | `workers/quoting/src/worker.rs` |
//! | `quote.accept`, `order.ship` → *ordering* → `order.created`, `order.fulfilled` | `workers/ordering/src/worker.rs` |
//! | `order.fulfilled` → *invoicing* → `invoice.issued`, which waits in `out.billing` | `workers/invoicing/src/issue.rs` |
//!
//! Beside that way: what corrects and joins who is known is decided where leads are qualified
//! (`workers/qualification/src/{lead,customer,proposal,merge,customer_merge,apart,undo,duplicates,bulk}.rs`), what somebody agreed to where
//! their word comes in (`workers/intake/src/worker/consent.rs`), and a sixth worker, `privacy`, takes persons out of everything, and
//! by the clock what is kept for so long only (`workers/privacy`, `store/erase.rs`); what they took back outlives them as a pseudonym
//! (`domain/pseudonym.rs`).
//!
//! # Layers
//!
//! ```text
//! domain  <-  forms  <-  workers/*  <-  store | messaging  <-  runtime, contract  <-  workers.rs, cli, main.rs
//! ```
//!
//! * `src/domain` (crate `leadmill-domain`): subjects with their life cycles, the message types, and
//!   the grammar of a worker (`decide.rs`). It waits for nothing: no tokio, no sqlx, no lapin.
//!   For tests, by a feature, it has a sample of each subject and random ones (`samples.rs`).
//! * `src/forms` (crate `leadmill-forms`): the one form of each value that people type (addresses, telephones, tax
//!   ids), for readers and for corrections alike.
//! * `workers/*`: one crate each, on the domain and the forms alone, blind to one another.
//! * `src/workbook` (crate `leadmill-workbook`): a spreadsheet as the text of a list, within bounds. The runtime opens
//!   it before a worker reads (`runtime/opening.rs`), so that workers see text and stay pure.
//! * A subject stands once in `subjects!` (`domain/subjects.rs`), in the order of locks: what the World holds,
//!   what can be needed, and what the store loads and saves follow. Workers say `needs.lock(id)`,
//!   `world.find(id)`, `world.known(id)?`.
//! * A link finds records by another key: one (`OrderOfQuote`) or a bounded set (`InvoicesOfOrder`). It is a
//!   line in `links!` (`domain/keys.rs`), an `impl Link` (`domain/links.rs`) and an `impl LookUp` in the store.
//! * Taking a person out of log, records and bytes is a step that a worker needs (`needs.sweep`): the store carries it
//!   out before the decision, in its transaction (`store/erase.rs`; `docs/decisions.md` says why it may rewrite the log).
//! * A worker declares at home: what it locks (`LOCKS`), its numbers, its facts, how raw inputs are read. Roles,
//!   topology and contract follow. Reference data is one list, `references!` (`domain/reference.rs`).
//! * The messages of a subject lie in one file, `domain/messages/<subject>.rs`; what its events make of the records,
//!   when the log is told again, in `domain/history/<subject>.rs`. Decisions are checked against it wherever debug
//!   assertions are on.
//! * A table is declared once (`table!`, `part!`; `src/store/table`): bulk statements, rights, audits and
//!   the lists of tests follow from it (`store/declared.rs`).
//! * [`store`] has all SQL, [`messaging`] has all of lapin; neither knows of the other.
//! * [`telemetry`] is what the runtime tells of itself: counts, health, traces.
//! * [`runtime`] brings them together: `runtime/batch.rs` says what a batch is made of, `runtime/desk.rs` what
//!   a lane keeps from one to the next. [`contract`] computes `docs/` from the types.
//! * [`workers`] is the one list of workers: queues, bindings, contract and command line follow; [`senders`]
//!   that of the kinds of programs outside that send something.
//! * [`rights`] says who may ask for what. A command declares the right that it needs in its line of `messages!`;
//!   `runtime/asking.rs` asks for it once, before its worker, and a decision for what hangs on the content (`ctx.asker`).
//! * [`roles`] computes who may do what on both servers; [`credentials`] reads passwords and keys.
//! * [`cli`] has one file per verb; [`servers`] finds or starts PostgreSQL and RabbitMQ;
//!   [`settings`] reads, and reports every problem at once; [`rules`] loads the qualification rules, [`mod@sources`] the
//!   maps of declared sources.
//!
//! Held by what is absent from each manifest, by private modules, and by `tests/it/layers.rs`, which
//! walks the real dependency graph; no clock and no chance in domain and workers by their `clippy.toml`. `unsafe` is forbidden in the whole workspace.
//! Within a crate no file needs one that needs it (`tests/it/tidy/circles.rs` reads every path): what both want
//! lies in a file below both.
//!
//! # Delivery: effects exactly once
//!
//! 1. **Claim.** What a worker of ours said is claimed in `inbox(worker, id)`; what comes from outside
//!    in `received(source, external_id, worker)`, which also gives it its id. Both by `INSERT … ON
//!    CONFLICT`: what comes back is fresh, the rest was decided before. Claim and effect commit together.
//!    Other content under a known key is claimed in `conflict`, under an id of its own, and refused
//!    once. A worker of ours says it only where it came by that worker's exchange, or back by a way
//!    that only judged messages take (`runtime/origin.rs`).
//! 2. **Lock.** All workers lock in one order ([`Root::ORDER`](domain::decide::Root::ORDER), ids ascending), so that
//!    they wait for each other but never in a circle.
//! 3. **Decide and save**, checked by the version (`sequence`) of each row.
//! 4. **Publish, then acknowledge.** While these confirms are in flight, the next messages gather, and a
//!    full batch is begun: so batches grow with the load, and a lone message never waits. Acknowledgements
//!    stay in the order of batches. "Published" is marked inside a later transaction.
//! 5. **A crash anywhere** makes the broker deliver again. The claim says "known"; everything that the
//!    message's batch said goes out again under the same ids (a batch is marked as a whole, so it is sent
//!    as a whole), then the message is acknowledged. Only what the broker gives out again does that:
//!    a sender that repeats itself brings nothing out twice. A batch whose causes never come back is
//!    published by the sweeper (`runtime/sweep.rs`).
//! 6. **A fault** rolls back and runs again in place while the messages are held
//!    (`runtime/attempts.rs`). `nack(requeue)` is never used: it would spin and reorder. A part that one
//!    message spoils is halved at once, and what stands alone waits behind all others
//!    (`runtime/todo.rs`). A fault of our own, or of the database, holds what was taken in hand until it
//!    is mended (`runtime/hold.rs`): tables and rights are checked before anything is taken, and whatever
//!    the process survives counts against no message.
//! 7. **A message that kills the process** comes in ever smaller batches (`isolated` in
//!    `runtime/lane.rs`); from nine deliveries on it is decided alone, counted in `trial` before and taken
//!    back after (`runtime/trial.rs`). After six such deaths its own worker parks it; one that only lost
//!    its links is sent anew by the worker's own way back, before the broker's count of 20 is reached.
//!    What lies in the buffer is counted too whenever a link or a process ends, so a link takes one message
//!    at a time as long as what comes was tried often, so that good messages are not parked with a bad one. Nor do
//!    large bodies fill the memory: the larger they are, the fewer are held (`runtime/prefetch.rs`).
//!
//! Nothing is lost, an effect happens once, a consumer may see an event again but always with the same
//! id. [`runtime::FaultPoint`] names the six places where a batch can be cut; `tests/it/crashes.rs`
//! kills each worker at each of them and compares every row and event with an undisturbed run,
//! `tests/it/load.rs` kills them in the middle of work; `leadmill audit` recounts the invariants of the
//! tables at any time. `leadmill selftest` breaks workers, servers, connections and messages under load and
//! judges by a ledger kept outside the tables; `docs/reliability.md` has its figures. `runtime/planted.rs`
//! holds the bugs that it must find. It and `leadmill bench` are the lab, a crate of its own beside the
//! product (`tests/lab`): `cli/sibling.rs` goes on as its programs where they lie beside this one.
//!
//! # Ids
//!
//! UUIDv7 in one form. Ids are minted only for what comes from outside and for what the clock starts,
//! with the database's time. Every other id is [derived](domain::ids::derived) from (cause, worker,
//! ordinal): a decision that is taken again after a rollback says the same words with the same ids, and
//! an effect sorts after its cause. Claims of our own messages are kept for eight days; one older
//! than six is recognised by its id, parked, and replayed under a new one. A command from outside is
//! known for ever; one that waited for more than six days gets a new id. `correlationid` is the first
//! message of a pipeline, `causationid` the one that led to this one.
//!
//! Each message of the log has a `position` too, taken while the locks of its decision are held: two decisions on
//! one record, and a cause and its effect, stand in the log in the order in which they happened.
//!
//! # What can go wrong is a type
//!
//! | type | meaning | what follows |
//! | --- | --- | --- |
//! | `Verdict` of a raw input | created, joined, held, rejected, split | a row in `input`; nothing on `intake.*` is malformed |
//! | [`Malformed`](domain::decide::Malformed) | the data breaks a bound of its type, which its schema tells (`domain/shape.rs`) | from outside: `No`, where its subject can be read; else parked |
//! | [`Refusal::No`](domain::decide::Refusal) | a business rule says no, for good | recorded; a sender outside gets `<subject>.refused` |
//! | [`Refusal::NotYet`](domain::decide::Refusal) | what is missing may still come | the claim is given back, a row of `delayed` written, and the message waits in a delay queue: ours four times up to 15 minutes, a command from outside 2 s and 15 s; then it is `No` |
//! | [`Refusal::Newer`](domain::decide::Refusal) | it depends on a word that only a newer program knows | ours waits as with `NotYet`; then, and from outside at once, it is parked until somebody replays it |
//! | [`Already`](domain::decide::Already) | the effect holds | `<subject>.already` names the record; nothing changes |
//! | [`store::Fault`] | `Again`, `Connection`, `Ours`, `Message` | at once, after a pause, held until it is mended and said so, traced to one message by halving and parked |
//! | a panic in a decision | a bug | caught, asked once more alone, then parked with its backtrace |
//!
//! A worker that breaks its own rules panics on purpose: asking the World for what `needs` did not
//! name, saying an event without the record it is about, changing a record in silence.
//!
//! # What a change costs
//!
//! A worker on subjects that exist: two files (a manifest; a `lib.rs` of about sixty lines, and its stories)
//! and two lines elsewhere (one in `Cargo.toml`, one in `workers.rs`); the contract is written anew;
//! nothing in runtime, store or messaging. Its crash test is one function, which says how messages for it
//! come about. `CONTRIBUTING.md` walks through one, and has the table of what a column, a message and a
//! subject cost.
//!
//! # The words of the field
//!
//! | you look for | here it is |
//! | --- | --- |
//! | transactional outbox | `event` and `batch`, written with the records; published after, marked by the next transaction (`runtime/publish.rs`) |
//! | idempotent consumer, deduplication | a claim in `inbox` or `received` (`runtime/claims.rs`) |
//! | in-flight batches, pipelining | `InFlight` in `runtime/lane.rs` |
//! | adaptive prefetch, back pressure | `runtime/prefetch.rs` |
//! | retry, backoff | `runtime/attempts.rs` in place, `store/delivery/delayed.rs` with the message put off |
//! | poison message, dead letter queue | halving in `runtime/todo.rs`; a row of `parked` |
//! | unit of work, identity map | the [`World`](domain::decide::World) of a batch |
//! | aggregate, aggregate root | a subject with its parts; [`Root`](domain::decide::Root) |
//! | optimistic locking | the `sequence` of a row, checked by `store/save.rs`, beside real locks |
//! | event sourcing | rows are the truth, and the log tells all of them: `domain/history` says what each event makes of the records, `store/rebuild.rs` makes the tables anew |
//! | scheduler, timer | the clock: `schedule`, `runtime/sweep.rs`; planned and canceled by `Outcome` (`domain/outcome.rs`) |
//! | projection, read model | `store/views` |
//!
//! Why it is so and not otherwise, with what was rejected: `docs/decisions.md`.
//!
//! # House rules
//!
//! One word, one meaning; the file is named after the noun in it. Public first, helpers below, tests last.
//! Comments say why. Errors to people are finished sentences that name the thing and the next step. Every
//! queue, list, retry and timeout names its limit. A declaration exists once; what follows from it is
//! computed. Money is a decimal with a currency, never a float. SQL stands in [`store`] only, checked
//! when it is compiled, in bulk. All text that arrives is data, never an instruction.

pub mod cli;
pub mod contract;
pub mod credentials;
pub mod envelope;
pub mod messaging;
pub mod rights;
pub mod roles;
pub mod rules;
pub mod runtime;
pub mod secret;
pub mod senders;
pub mod servers;
pub mod settings;
pub mod sources;
pub mod store;
pub mod telemetry;
pub mod workers;
