#include "node/client/key_file.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <memory>

namespace qilian::client {
namespace {

using ledger::Bytes;
using ledger::ByteView;
using ledger::fail;
using ledger::Result;
using ledger::SecretKey;

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Plain = std::unique_ptr<PKCS8_PRIV_KEY_INFO, Freed<PKCS8_PRIV_KEY_INFO_free>>;
using Sealed = std::unique_ptr<X509_SIG, Freed<X509_SIG_free>>;
using Bio = std::unique_ptr<BIO, Freed<BIO_free_all>>;

// scrypt parameters of RFC 7914, section 2, for interactive use: about 50 ms and 16 MiB a try.
constexpr std::uint64_t kScryptN = 16'384;
constexpr std::uint64_t kScryptR = 8;
constexpr std::uint64_t kScryptP = 1;
constexpr std::size_t kMaxKeyFileBytes = 16 * 1024;

Result<Bytes> seal(const SecretKey& key, ByteView passphrase) {
  const auto failed = [] { return fail("key.write", "OpenSSL cannot encrypt the key"); };
  const Key raw(EVP_PKEY_new_raw_private_key(
      EVP_PKEY_ED25519, nullptr, reinterpret_cast<const unsigned char*>(key.seed().data()), key.seed().size()));
  if (!raw) return failed();
  const Plain plain(EVP_PKEY2PKCS8(raw.get()));
  unsigned char salt[16];
  unsigned char iv[16];
  if (!plain || RAND_bytes(salt, sizeof salt) != 1 || RAND_bytes(iv, sizeof iv) != 1) return failed();
  X509_ALGOR* algorithm = PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), salt, sizeof salt, iv, kScryptN, kScryptR, kScryptP);
  if (!algorithm) return failed();
  const Sealed sealed(PKCS8_set0_pbe(passphrase.data(), static_cast<int>(passphrase.size()), plain.get(), algorithm));
  if (!sealed) {
    X509_ALGOR_free(algorithm);
    return failed();
  }
  const Bio out(BIO_new(BIO_s_mem()));
  if (!out || PEM_write_bio_PKCS8(out.get(), sealed.get()) != 1) return failed();
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return Bytes(data, static_cast<std::size_t>(size));
}

bool write_all(int file, ByteView bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

bool sync_folder(const std::filesystem::path& folder) {
  const int file = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return false;
  const bool synced = ::fsync(file) == 0;
  ::close(file);
  return synced;
}

}  // namespace

Result<void> write_key_file(const std::filesystem::path& file, const SecretKey& key, ByteView passphrase) {
  if (passphrase.empty()) return fail("key.passphrase", "a key file needs a passphrase that is not empty");
  QILIAN_TRY(const Bytes pem, seal(key, passphrase));
  const int out = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (out < 0) {
    if (errno == EEXIST) return fail("key.exists", file.string() + ": exists already and is not overwritten");
    return fail("key.write", file.string() + ": cannot be created");
  }
  const bool written = write_all(out, pem) && ::fsync(out) == 0;
  const bool closed = ::close(out) == 0;
  if (!written || !closed || !sync_folder(file.parent_path()))
    return fail("key.write", file.string() + ": cannot be written");
  return {};
}

Result<SecretKey> read_key_file(const std::filesystem::path& file, ByteView passphrase) {
  if (passphrase.empty()) return fail("key.passphrase", file.string() + ": needs a passphrase");
  std::ifstream in(file, std::ios::binary);
  if (!in) return fail("key.open", file.string() + ": cannot be opened");
  Bytes pem(kMaxKeyFileBytes, '\0');
  in.read(pem.data(), static_cast<std::streamsize>(pem.size()));
  pem.resize(static_cast<std::size_t>(in.gcount()));

  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const Sealed sealed(bio ? PEM_read_bio_PKCS8(bio.get(), nullptr, nullptr, nullptr) : nullptr);
  if (!sealed) return fail("key.format", file.string() + ": is not an encrypted PKCS#8 key in PEM");
  const Plain plain(PKCS8_decrypt(sealed.get(), passphrase.data(), static_cast<int>(passphrase.size())));
  if (!plain) return fail("key.passphrase", file.string() + ": the passphrase does not open it");
  const Key raw(EVP_PKCS82PKEY(plain.get()));
  Bytes seed(32, '\0');
  std::size_t size = seed.size();
  if (!raw || EVP_PKEY_id(raw.get()) != EVP_PKEY_ED25519 ||
      EVP_PKEY_get_raw_private_key(raw.get(), reinterpret_cast<unsigned char*>(seed.data()), &size) != 1) {
    return fail("key.format", file.string() + ": is not an Ed25519 key");
  }
  auto key = SecretKey::from_seed(ByteView(seed.data(), size));
  OPENSSL_cleanse(seed.data(), seed.size());
  if (!key) return fail("key.format", file.string() + ": is not an Ed25519 key");
  return std::move(*key);
}

Result<Bytes> passphrase_from_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  Bytes line;
  if (!in || !std::getline(in, line))
    return fail("key.passphrase", file.string() + ": no passphrase can be read from it");
  if (!line.empty() && line.back() == '\r') line.pop_back();
  if (line.empty()) return fail("key.passphrase", file.string() + ": its first line is empty");
  return line;
}

Result<Bytes> passphrase_from_env(const std::string& variable) {
  const char* value = std::getenv(variable.c_str());
  if (!value || !*value)
    return fail("key.passphrase", "set the environment variable " + variable + " to the passphrase");
  return Bytes(value);
}

}  // namespace qilian::client
