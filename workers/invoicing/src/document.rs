//! The invoice as a document of EN 16931: what `invoice.issued` says.

use chrono::NaiveDate;
use domain::document::Agreed;
use domain::events::issued::{
    Adjustment, Delivery, EarlyDiscount, InvoiceIssued, InvoiceTotals, IssuedLine, Origin,
    PaymentInstructions, TaxBreakdown,
};
use domain::ids::LeadId;
use domain::invoice::{Invoice, InvoiceLine};
use domain::money::{Currency, round_money};
use domain::order::Order;
use domain::totals::{Tax, TaxCategory, TaxPart};
use rust_decimal::Decimal;

use crate::seller::SellerSettings;

/// BT-24: the core of EN 16931, without the rules of any country.
const SPECIFICATION: &str = "urn:cen.eu:en16931:2017";
// BT-81 by UNCL4461: SEPA credit transfer, credit transfer, none agreed.
const SEPA: &str = "58";
const TRANSFER: &str = "30";
const UNDEFINED: &str = "1";

/// The whole posted document.
pub(crate) fn issued(
    invoice: &Invoice,
    order: &Order,
    terms: &Agreed,
    delivered: NaiveDate,
    lead: Option<LeadId>,
    settings: &SellerSettings,
) -> InvoiceIssued {
    let buyer = &invoice.buyer;
    let breakdown = &invoice.totals.breakdown;
    InvoiceIssued {
        invoice_id: invoice.id,
        invoice_number: invoice.number.clone(),
        series: invoice.series.clone(),
        counter: invoice.counter,
        document_type: invoice.document_type,
        preceding: invoice.preceding.clone(),
        issue_date: invoice.issue_date,
        due_date: invoice.due_date,
        currency: invoice.currency,
        specification: SPECIFICATION.into(),
        buyer_reference: buyer.contact_name.clone(),
        purchase_order_ref: invoice.purchase_order.clone(),
        sales_order_ref: Some(order.number.clone()),
        seller: invoice.seller.clone(),
        buyer: buyer.clone(),
        customer: invoice.customer,
        delivery: Delivery {
            date: delivered,
            to: invoice.deliver_to.clone(),
            terms: invoice.delivery_terms.as_ref().map(|terms| terms.text()),
            terms_code: invoice.delivery_terms.clone(),
        },
        payment: payment(invoice, terms),
        lines: invoice.lines.iter().map(line).collect(),
        header: invoice.header.clone(),
        allowances: adjustments(breakdown, ("95", "Discount"), |part| part.discount_amount),
        charges: adjustments(breakdown, ("FC", "Freight"), |part| part.freight_amount),
        tax_breakdown: breakdown.iter().map(|part| tax(part, settings)).collect(),
        totals: totals(invoice),
        origin: Origin {
            lead_id: lead,
            opportunity_id: invoice.opportunity,
            quote_id: invoice.quote,
            order_id: invoice.order,
        },
    }
}

fn payment(invoice: &Invoice, terms: &Agreed) -> PaymentInstructions {
    let seller = &invoice.seller;
    let means_code = match &seller.iban {
        Some(_) if invoice.currency.as_str() == "EUR" => SEPA,
        Some(_) => TRANSFER,
        None => UNDEFINED,
    };
    let discount = terms.early_discount(invoice.issue_date);
    let discount = discount.map(|(until, percent)| EarlyDiscount { percent, until });
    PaymentInstructions {
        means_code: means_code.into(),
        iban: seller.iban.clone(),
        bic: seller.bic.clone(),
        account_name: seller.iban.as_ref().map(|_| seller.name.clone()),
        remittance: invoice.number.clone(),
        terms: terms.text.into(),
        terms_code: invoice.payment_terms,
        discounts: discount.into_iter().collect(),
    }
}

fn line(of: &InvoiceLine) -> IssuedLine {
    let line = &of.line;
    IssuedLine {
        id: line.id,
        order_line_ref: of.order_line,
        kind: line.kind,
        parent: line.parent,
        sku: line.sku.clone(),
        name: line.name.clone(),
        description: line.description.clone(),
        quantity: line.quantity,
        unit_code: line.unit.clone(),
        unit_price: line.unit_price - line.volume_discount,
        gross_price: line.unit_price,
        allowance: line.manual_discount,
        net_amount: line.net_amount,
        vat: line.tax,
    }
}

/// One allowance or charge for each category and rate that it falls on.
fn adjustments(
    breakdown: &[TaxPart],
    (code, reason): (&str, &str),
    amount: impl Fn(&TaxPart) -> Decimal,
) -> Vec<Adjustment> {
    let parts = breakdown.iter().filter(|part| !amount(part).is_zero());
    let adjustments = parts.map(|part| Adjustment {
        amount: amount(part),
        reason_code: code.into(),
        reason: reason.into(),
        vat: Tax { category: part.category, rate: part.rate },
    });
    adjustments.collect()
}

fn tax(part: &TaxPart, settings: &SellerSettings) -> TaxBreakdown {
    let (exemption_code, exemption_reason) = exemption(part.category, settings).unzip();
    TaxBreakdown {
        category: part.category,
        rate: part.rate,
        base: part.base,
        tax: part.tax,
        lines: part.net_amount,
        allowances: part.discount_amount,
        charges: part.freight_amount,
        exemption_code: exemption_code.flatten(),
        exemption_reason,
    }
}

/// BT-121 and BT-120: why no tax is due. What is exempt (E) depends on the seller's trade.
fn exemption(category: TaxCategory, settings: &SellerSettings) -> Option<(Option<String>, String)> {
    let (code, reason) = match category {
        TaxCategory::S | TaxCategory::Z => return None,
        TaxCategory::E => {
            return Some((settings.exemption_code.clone(), settings.exemption_reason.clone()));
        }
        TaxCategory::AE => ("VATEX-EU-AE", "Reverse charge"),
        TaxCategory::K => ("VATEX-EU-IC", "Intra-Community supply"),
        TaxCategory::G => ("VATEX-EU-G", "Export outside the EU"),
        TaxCategory::O => ("VATEX-EU-O", "Not subject to VAT"),
    };
    Some((Some(code.into()), reason.into()))
}

fn totals(invoice: &Invoice) -> InvoiceTotals {
    let (totals, currency) = (&invoice.totals, invoice.currency);
    let net = totals.amount_less_freight + totals.freight_amount;
    let (vat, gross, payable) = (totals.tax_amount, totals.total_amount, invoice.payable());
    InvoiceTotals {
        lines: totals.detail_amount,
        line_allowances: totals.line_discount,
        allowances: totals.discount_amount,
        charges: totals.freight_amount,
        net,
        vat,
        gross,
        prepaid: round_money(invoice.paid(), currency),
        payable,
        net_minor: minor(net, currency),
        vat_minor: minor(vat, currency),
        gross_minor: minor(gross, currency),
        payable_minor: minor(payable, currency),
        minor_unit_exponent: currency.minor_digits(),
    }
}

/// An amount in cents, or whatever the currency's minor unit is.
fn minor(amount: Decimal, currency: Currency) -> i64 {
    let units = round_money(amount, currency).mantissa();
    i64::try_from(units).expect("an amount is below 10^14 and has at most 4 decimals: 10^18 fits")
}
