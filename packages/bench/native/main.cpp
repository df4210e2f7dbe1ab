// What the same work costs without JavaScript. Prints a line of JSON a sample.
//
//     reference <sample ms> <samples> vyukov <capacity>
//     reference <sample ms> <samples> lamport <capacity> <values an array>
//     reference <sample ms> <samples> many-to-one <capacity, bytes> <record, bytes> borrow|copy
//     reference <sample ms> <samples> futex
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "futex.hpp"
#include "harness.hpp"
#include "lamport.hpp"
#include "many_to_one.hpp"
#include "vyukov.hpp"

int main(int count, char** arguments) {
  using namespace reference;
  const auto text = [&](int index) { return std::string_view(index < count ? arguments[index] : ""); };
  const auto number = [&](int index) { return index < count ? std::strtoull(arguments[index], nullptr, 10) : 0; };
  const double sample_ms = count > 1 ? std::atof(arguments[1]) : 0;
  const int samples = static_cast<int>(number(2));
  const std::string_view name = text(3);
  if (name == "vyukov" && count == 5) {
    measure(sample_ms, samples, [&](std::uint64_t items) { return run_vyukov(items, static_cast<std::uint32_t>(number(4))); });
  } else if (name == "lamport" && count == 6) {
    measure(sample_ms, samples, [&](std::uint64_t items) { return run_lamport(items, number(4), number(5)); });
  } else if (name == "many-to-one" && count == 7) {
    const bool is_copied = text(6) == "copy";
    measure(sample_ms, samples, [&](std::uint64_t items) {
      return run_many_to_one(items, static_cast<std::int64_t>(number(4)), number(5), is_copied);
    });
  } else if (name == "futex" && count == 4) {
    measure(sample_ms, samples, [&](std::uint64_t items) { return run_futex(items); });
  } else {
    std::fprintf(stderr, "reference: no such measurement\n");
    return 2;
  }
  return 0;
}
