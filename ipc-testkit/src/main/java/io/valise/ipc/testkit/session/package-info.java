/** The rules that connections follow over every transport, a class per group. */
@NullMarked
package io.valise.ipc.testkit.session;

import org.jspecify.annotations.NullMarked;
