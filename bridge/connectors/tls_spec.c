/* `tls`: whom we trust, and the certificate by which a system knows us. */
#include "connectors/spec.h"

#include "base/certificate.h"
#include "base/file.h"

enum { PEM_MAX_BYTES = 1024 * 1024 };

/* Files are read with the secrets: plain `check` runs where they are not. */
static bool read_pem(const struct sg_spec *spec, const struct sg_yaml *yaml, struct sg_str path,
                     struct sg_str *out)
{
    struct sg_error err;

    if (yaml == NULL || path.length == 0 || !spec->secrets->is_read)
        return false;
    return sg_file_read(spec->arena, sg_str_c(spec->arena, path), PEM_MAX_BYTES, out, &err) ||
           sg_findings_add(spec->findings, yaml->at, "%.*s: %s", SG_STR_ARG(path), err.text);
}

static void check_ca(const struct sg_spec *spec, const struct sg_yaml *ca)
{
    struct sg_str pem = {0};

    if (read_pem(spec, ca, spec->system->tls_ca, &pem) && !sg_certificate_is_one(pem))
        (void)sg_findings_add(spec->findings, ca->at, "no certificate in PEM is in it");
}

static void check_pair(const struct sg_spec *spec, const struct sg_yaml *cert,
                       const struct sg_yaml *key)
{
    struct sg_str cert_pem = {0}, key_pem = {0};
    struct sg_error err;
    bool is_cert_read = read_pem(spec, cert, spec->system->tls_cert, &cert_pem);
    bool is_key_read = read_pem(spec, key, spec->system->tls_key, &key_pem);

    if (is_cert_read && !sg_certificate_is_one(cert_pem))
        (void)sg_findings_add(spec->findings, cert->at, "no certificate in PEM is in it");
    else if (is_cert_read && is_key_read && !sg_certificate_check_key(cert_pem, key_pem, &err))
        (void)sg_findings_add(spec->findings, key->at, "%s", err.text);
}

void sg_tls_spec_compile(const struct sg_spec *spec, const struct sg_yaml *yaml)
{
    static const struct sg_str keys[] = {SG_STR_INIT("ca"), SG_STR_INIT("cert"),
                                         SG_STR_INIT("key")};

    if (yaml == NULL || !sg_spec_map(spec, yaml, SG_SPEC_WORDS(keys)))
        return;
    const struct sg_yaml *ca = sg_yaml_find(yaml, "ca");
    const struct sg_yaml *cert = sg_yaml_find(yaml, "cert");
    const struct sg_yaml *key = sg_yaml_find(yaml, "key");

    if ((cert == NULL) != (key == NULL))
        (void)sg_findings_add(spec->findings, cert != NULL ? cert->key_at : key->key_at,
                              "`cert` and `key` go together; they may name one file");
    sg_spec_text(spec, ca, &spec->system->tls_ca);
    sg_spec_text(spec, cert, &spec->system->tls_cert);
    sg_spec_text(spec, key, &spec->system->tls_key);
    check_ca(spec, ca);
    check_pair(spec, cert, key);
}
