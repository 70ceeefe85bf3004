#include "node/api/routes.h"

#include <boost/json/parse.hpp>
#include <boost/url/decode_view.hpp>
#include <charconv>
#include <chrono>
#include <optional>
#include <semaphore>
#include <vector>

#include "contracts/kinds.h"
#include "ledger/core/export_cose.h"
#include "ledger/core/export_note.h"
#include "node/api/impact.h"
#include "node/api/questions.h"
#include "node/api/render.h"
#include "node/api/server.h"

namespace qilian::node {
namespace {

using namespace ledger;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kMaxListed = 1'000;
// Questions may read the whole state: so many at a time, and the API's other paths go on.
constexpr std::ptrdiff_t kQuestionsAtOnce = HttpServer::kLongAnswers;

HttpResponse json_response(Result<std::string> body) {
  if (!body) return error_response(body.error());
  HttpResponse out;
  out.body = *std::move(body);
  return out;
}

HttpResponse bad(std::string code, std::string message) {
  return error_response({std::move(code), std::move(message)});
}

// Segments between slashes, decoded each on its own, so that an id may hold "%2F". Nothing where an escape is broken.
std::optional<std::vector<std::string>> segments(std::string_view path) {
  std::vector<std::string> out;
  while (!path.empty()) {
    path.remove_prefix(1);
    const auto slash = path.find('/');
    const auto encoded = path.substr(0, slash);
    const auto view = boost::urls::make_pct_string_view({encoded.data(), encoded.size()});
    if (!view) return std::nullopt;
    std::string decoded;
    for (const char c : **view) decoded += c;
    out.push_back(std::move(decoded));
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash);
  }
  return out;
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<TransactionId> transaction_id(std::string_view text) {
  const auto bytes = from_hex(text);
  return bytes ? TransactionId::from(*bytes) : std::nullopt;
}

class Routes {
 public:
  Routes(Driver& driver, const Metrics& metrics, const LimitsConfig& limits, contracts::questions::Tier tier)
      : driver_(driver), metrics_(metrics), limits_(limits), tier_(tier) {}

  void handle(HttpRequest request, const HttpReply& reply) {
    if (request.method == "POST" && request.path == "/v1/transactions") return submit(std::move(request), reply);
    if (request.method == "POST" && request.path == "/v1/negative-list/impact") {
      return reply([this, draft = std::move(request.body)] {
        return one_of_few([&] { return impact_.answer(driver_.store(), draft); });
      });
    }
    reply([this, request = std::move(request)] { return answer(request); });
  }

 private:
  HttpResponse answer(const HttpRequest& request) {
    if (request.method != "GET") {
      HttpResponse out = bad("api.method", "use GET; POST goes to /v1/transactions and /v1/negative-list/impact");
      out.status = 405;
      return out;
    }
    const auto path = segments(request.path);
    if (!path) return bad("api.path", "the path holds a broken percent escape");
    const auto& p = *path;
    if (request.path == "/") return json_response(render_index(driver_.genesis()));
    if (p.size() == 1 && p[0] == "healthz") return health();
    if (p.size() == 1 && p[0] == "metrics") return {200, "text/plain; version=0.0.4", metrics_.text(), 0};
    if (p.size() >= 2 && p[0] == "v1") {
      if (p.size() == 2 && p[1] == "status")
        return json_response(render_status(driver_.status(), driver_.genesis(), uptime_ms()));
      if (p.size() == 3 && p[1] == "transactions") return transaction(p[2]);
      if (p.size() == 3 && p[1] == "blocks") return block(p[2]);
      if (p.size() >= 3 && p[1] == "objects") return object(request, p);
      if (p.size() == 2 && p[1] == "questions") return json_response(render_questions());
      if (p.size() == 3 && p[1] == "questions")
        return one_of_few([&] { return render_question(driver_.store(), p[2], request.query, tier_); });
      if (p.size() == 4 && p[1] == "certificates" && p[2] == "transaction")
        return transaction_certificate(request, p[3]);
      if (p.size() == 5 && p[1] == "certificates" && p[2] == "object") return object_certificate(request, p[3], p[4]);
    }
    return bad("api.not_found", "there is nothing at this path; GET / lists what there is");
  }

  using Questions = std::counting_semaphore<kQuestionsAtOnce>;

  template <class Answer>
  HttpResponse one_of_few(const Answer& answer) {
    if (!questions_.try_acquire()) return bad("node.busy", "other questions are being answered: ask again");
    const struct Slot {
      Questions& questions;
      ~Slot() { questions.release(); }
    } slot{questions_};
    return json_response(answer());
  }

  HttpResponse health() const {
    const auto status = driver_.status();
    if (!status.core.stopped) return json_response(std::string(R"({"status":"ok"})"));
    HttpResponse out = bad("node.stopped", *status.core.stopped);
    return out;
  }

  HttpResponse transaction(std::string_view text) const {
    const auto id = transaction_id(text);
    if (!id) return bad("api.id", "a transaction's id is 64 hexadecimal digits");
    return json_response(render_transaction(driver_.store(), *id));
  }

  HttpResponse block(std::string_view text) const {
    const auto height = text == "latest" ? std::optional(driver_.store().certified().value()) : number(text);
    if (!height) return bad("api.height", "a height is a whole number, or latest");
    return json_response(render_block(driver_.store(), Height(*height)));
  }

  HttpResponse object(const HttpRequest& request, const std::vector<std::string>& p) const {
    const auto kind = kind_of(p[2]);
    if (!kind) return bad("api.kind", "there is no kind of object of this name");
    const std::size_t limit = std::min<std::size_t>(parameter(request, "limit", 100), kMaxListed);
    if (p.size() == 3) {
      return json_response(
          render_objects(driver_.store(), *kind, text(request, "prefix"), text(request, "after"), limit));
    }
    if (p.size() == 4) return json_response(render_object(driver_.store(), {*kind, p[3]}));
    if (p.size() == 5 && p[4] == "journal") {
      return json_response(render_journal(driver_.store(), {*kind, p[3]}, parameter(request, "first", 0), limit));
    }
    return bad("api.not_found", "there is nothing at this path; percent-encode slashes in an id as %2F");
  }

  HttpResponse transaction_certificate(const HttpRequest& request, std::string_view id_text) const {
    const auto id = transaction_id(id_text);
    if (!id) return bad("api.id", "a transaction's id is 64 hexadecimal digits");
    return certificate(request, driver_.store().transaction_fact(*id));
  }

  HttpResponse object_certificate(const HttpRequest& request, std::string_view kind_text, const std::string& id) const {
    const auto kind = kind_of(kind_text);
    if (!kind) return bad("api.kind", "there is no kind of object of this name");
    const std::string claim = request.query.contains("claim") ? text(request, "claim") : "current";
    const bool has_height = request.query.contains("height");
    const auto height = number(text(request, "height"));
    if (has_height && !height) return bad("api.height", "a height is a whole number");
    StateQuestion fact;
    fact.key = {*kind, id};
    fact.from = Height(height.value_or(0));
    if (claim == "current") {
      fact.claim = Claim::kCurrent;
    } else if (claim == "history") {
      fact.claim = Claim::kHistory;
    } else if (claim == "absent") {
      fact.claim = has_height ? Claim::kAbsentAtHeight : Claim::kAbsent;
    } else if (claim == "at" && has_height) {
      fact.claim = Claim::kAtHeight;
    } else if (claim == "range" && number(text(request, "from")) && number(text(request, "to"))) {
      fact.claim = Claim::kRange;
      fact.from = Height(*number(text(request, "from")));
      fact.to = Height(*number(text(request, "to")));
    } else {
      return bad(
          "api.claim",
          "claim is current, history, absent (with or without height), at (with height) or range (with from and to)");
    }
    return certificate(request, driver_.store().state_fact(fact));
  }

  HttpResponse certificate(const HttpRequest& request, Result<Bytes> bytes) const {
    if (!bytes) return error_response(bytes.error());
    if (request.accept.starts_with("application/json")) return json_response(render_fact(*bytes));
    if (request.accept.starts_with("application/cbor")) {
      return exported("application/cbor", export_cose(*bytes, driver_.genesis()));
    }
    if (request.accept.starts_with("text/plain")) {
      return exported("text/plain; charset=utf-8", export_note(*bytes, driver_.genesis()));
    }
    return {200, "application/octet-stream", *std::move(bytes), 0};
  }

  static HttpResponse exported(const char* type, Result<Bytes> rendered) {
    if (!rendered) return error_response(rendered.error());
    return {200, type, *std::move(rendered), 0};
  }

  void submit(HttpRequest request, const HttpReply& reply) {
    const std::string wait = text(request, "wait");
    if (!wait.empty() && wait != "certified" && wait != "accepted") {
      return reply([] { return bad("api.wait", "wait is certified or accepted"); });
    }
    const auto timeout = request.query.contains("timeout_ms")
                             ? number(text(request, "timeout_ms"))
                             : std::optional<std::uint64_t>(limits_.api_wait_timeout_ms);
    if (!timeout) return reply([] { return bad("api.timeout", "timeout_ms is a whole number"); });
    auto envelope = envelope_of(request);
    if (!envelope) return reply([error = envelope.error()] { return error_response(error); });
    if (envelope->size() > kMaxEnvelopeBytes) {
      return reply([] {
        HttpResponse out =
            bad("COM-101", "the envelope is larger than " + std::to_string(kMaxEnvelopeBytes) + " bytes");
        out.status = 413;
        return out;
      });
    }
    auto decoded = Transaction::decode(*envelope);
    if (!decoded) return reply([error = decoded.error()] { return error_response(error); });
    auto transaction = std::make_shared<const Transaction>(*std::move(decoded));
    const TransactionId id = transaction->id();
    const auto wait_ms = static_cast<std::int64_t>(std::min<std::uint64_t>(*timeout, limits_.api_wait_timeout_ms));
    driver_.submit(std::move(transaction), wait == "certified", wait_ms, [this, id, reply](Result<Submission> end) {
      reply([this, id, end = std::move(end)] { return submitted(id, end); });
    });
  }

  HttpResponse submitted(const TransactionId& id, const Result<Submission>& end) const {
    if (!end) return error_response(end.error());
    if (end->certified) return json_response(render_certified(driver_.store(), id, *end->certified));
    return {202, "application/json", render_pending(id), 0};
  }

  static Result<Bytes> envelope_of(HttpRequest& request) {
    if (request.content_type != "application/json") return std::move(request.body);
    boost::system::error_code error;
    const auto value = boost::json::parse(request.body, error);
    const auto* object = error ? nullptr : value.if_object();
    const auto* hex = object && object->size() == 1 ? object->if_contains("envelope") : nullptr;
    if (!hex || !hex->is_string())
      return fail("COM-101", R"(the body must be the envelope's bytes, or JSON {"envelope":"<hex>"})");
    auto bytes = from_hex({hex->get_string().data(), hex->get_string().size()});
    if (!bytes) return fail("COM-101", "the envelope is not hexadecimal");
    return bytes;
  }

  static std::optional<Kind> kind_of(std::string_view name) {
    const auto* found = contracts::find_kind(name);
    return found ? std::optional(found->kind) : std::nullopt;
  }

  static std::string text(const HttpRequest& request, const std::string& name) {
    const auto found = request.query.find(name);
    return found == request.query.end() ? std::string() : found->second;
  }

  static std::uint64_t parameter(const HttpRequest& request, const std::string& name, std::uint64_t absent) {
    return number(text(request, name)).value_or(absent);
  }

  std::int64_t uptime_ms() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - started_).count();
  }

  Driver& driver_;
  const Metrics& metrics_;
  LimitsConfig limits_;
  contracts::questions::Tier tier_;
  ImpactReader impact_;
  Questions questions_{kQuestionsAtOnce};
  Clock::time_point started_ = Clock::now();
};

}  // namespace

HttpHandler make_routes(Driver& driver, const Metrics& metrics, const LimitsConfig& limits, std::string_view tier) {
  using contracts::questions::Tier;
  const Tier most = contracts::questions::parse_tier(tier).value_or(Tier::kPublic);
  auto routes = std::make_shared<Routes>(driver, metrics, limits, most);
  return [routes](HttpRequest request, HttpReply reply) { routes->handle(std::move(request), reply); };
}

}  // namespace qilian::node
