#include "base/name.h"

bool sg_name_is_allowed(struct sg_str name)
{
    bool is_allowed = name.length > 0 && name.at[0] >= 'a' && name.at[0] <= 'z';

    for (size_t i = 0; i < name.length && is_allowed; i++) {
        const char c = name.at[i];

        is_allowed = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    }
    return is_allowed;
}
