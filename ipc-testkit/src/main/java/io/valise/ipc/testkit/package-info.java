/**
 * The conformance kit that every transport passes, third-party ones too. A transport's tests extend {@link
 * io.valise.ipc.testkit.LinkContract} and make the transport; the rules are numbered in {@code
 * docs/transport-contract.md}.
 */
@NullMarked
package io.valise.ipc.testkit;

import org.jspecify.annotations.NullMarked;
