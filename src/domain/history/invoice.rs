//! What the events about invoices make of them, and of the runs of their numbers.

use crate::decide::Needs;
use crate::document::Line;
use crate::events::issued::{IssuedLine, TaxBreakdown};
use crate::events::{InvoiceCanceled, InvoiceIssued, InvoicePaid};
use crate::invoice::{Invoice, InvoiceAction, InvoiceLine, InvoiceState, Payment, Series};
use crate::replay::{Gap, Past, Replay};
use crate::totals::{TaxPart, Totals};

impl Replay for InvoiceIssued {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.invoice_id);
        needs.series(self.series.clone());
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        past.put(Series {
            key: self.series.clone(),
            last_number: self.counter,
            last_date: Some(self.issue_date),
        });
        past.put(Invoice {
            id: self.invoice_id,
            sequence: past.sequence,
            document_type: self.document_type,
            preceding: self.preceding.clone(),
            series: self.series.clone(),
            number: self.invoice_number.clone(),
            counter: self.counter,
            order: self.origin.order_id,
            quote: self.origin.quote_id,
            opportunity: self.origin.opportunity_id,
            customer: self.customer,
            issue_date: self.issue_date,
            due_date: self.due_date,
            currency: self.currency,
            seller: self.seller.clone(),
            buyer: self.buyer.clone(),
            lines: self.lines.iter().map(line).collect(),
            header: self.header.clone(),
            totals: totals(self),
            payment_terms: self.payment.terms_code,
            deliver_to: self.delivery.to.clone(),
            delivery_terms: self.delivery.terms_code.clone(),
            purchase_order: self.purchase_order_ref.clone(),
            payments: Vec::new(),
            state: InvoiceState::Issued,
        });
        Ok(())
    }
}

fn line(of: &IssuedLine) -> InvoiceLine {
    InvoiceLine {
        line: Line {
            id: of.id,
            kind: of.kind,
            parent: of.parent,
            sku: of.sku.clone(),
            name: of.name.clone(),
            description: of.description.clone(),
            unit: of.unit_code.clone(),
            quantity: of.quantity,
            unit_price: of.gross_price,
            volume_discount: of.gross_price - of.unit_price,
            manual_discount: of.allowance,
            tax: of.vat,
            net_amount: of.net_amount,
            // How a price came to be stands in the order.
            price_override: None,
            price_trace: None,
        },
        order_line: of.order_line_ref,
    }
}

fn totals(of: &InvoiceIssued) -> Totals {
    let totals = &of.totals;
    Totals {
        detail_amount: totals.lines,
        line_discount: totals.line_allowances,
        discount_amount: totals.allowances,
        amount_less_freight: totals.net - totals.charges,
        freight_amount: totals.charges,
        tax_amount: totals.vat,
        total_amount: totals.gross,
        breakdown: of.tax_breakdown.iter().map(part).collect(),
    }
}

fn part(of: &TaxBreakdown) -> TaxPart {
    TaxPart {
        category: of.category,
        rate: of.rate,
        net_amount: of.lines,
        discount_amount: of.allowances,
        freight_amount: of.charges,
        base: of.base,
        tax: of.tax,
    }
}

impl Replay for InvoicePaid {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.invoice);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        let mut invoice = past.known(self.invoice)?;
        invoice.payments.push(Payment {
            id: self.payment,
            payer: self.payer.clone(),
            reference: self.reference.clone(),
            amount: self.amount,
            value_date: self.value_date,
        });
        let action = match invoice.state {
            InvoiceState::Paid { .. } => InvoiceAction::Overpay,
            _ if self.complete => InvoiceAction::PayRest { at: past.at, discount: self.discount },
            _ => InvoiceAction::PayPart,
        };
        let paid = invoice.apply(&action)?;
        past.put(Invoice { sequence: past.sequence, ..paid });
        Ok(())
    }
}

impl Replay for InvoiceCanceled {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.invoice);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        let cancel = InvoiceAction::Cancel { at: self.at, credit_note: self.credit_note };
        let canceled = past.known(self.invoice)?.apply(&cancel)?;
        past.put(Invoice { sequence: past.sequence, ..canceled });
        Ok(())
    }
}
