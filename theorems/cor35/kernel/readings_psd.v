(** Corollary 3.5: collapse beyond the threshold behind a convex loss, with its interaction term. *)

From Coq Require Import Reals.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import Rstruct.
From mathcomp.algebra_tactics Require Import ring.
From Geometry Require Import forms semidefinite norms positivity matrices cubic.
From Geometry Require Import jets pullback smooth.
From Geometry.prop34 Require Import perturbation star one_dimension.
From Geometry.prop34 Require readings.
From Geometry.cor35 Require Import threshold diagonal_heads padded indefinite readings.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Turned.

(** L(u) = u + u^2 / 2, which is convex, h(z) = - z and h_phi(z) = r z^2 / 2, at z = 0. *)
Let loss := loss1 (cubic 0 1 1 0).
Let h := head1 (cubic 0 (- (1)) 0 0).
Let turned (r : R) := head1 (cubic 0 0 r 0).
Let z := point1 0.

Let IZR0 : IZR 0 = 0 :> R. Proof. by []. Qed.
Let IZR1 : IZR 1 = 1 :> R. Proof. by []. Qed.
Let RoppN (x : R) : Ropp x = - x. Proof. by []. Qed.

Lemma turned_psd u : psd (mx (hess loss u)).
Proof.
rewrite hess_at IZR0 IZR1 mul0r addr0; split=> [|v]; first exact: sym_scalar.
by rewrite quad_scalar mul1r sqn_ge0.
Qed.

Lemma turned_effective r : mx (effective loss (turned r) z) = r%:M.
Proof.
rewrite effective_at0 IZR0 IZR1; congr _%:M.
by rewrite expr0n /= !(mulr0, mul0r, addr0, add0r) mul1r.
Qed.

Lemma turned_quoted r : quoted loss h (turned r) z 1 1 1.
Proof.
have hM u : norm_le (mx (hess loss u)) 1.
  by rewrite hess_at IZR0 IZR1 mul0r addr0; apply: norm_le11; rewrite normr1.
split=> //.
- by split=> [u|w]; [apply: C2_loss | split; apply: C2map_head].
- by rewrite jac_at0 RoppN IZR1; apply: norm_le11; rewrite normrN normr1.
split; first exact: ltr01.
suff -> : mx (effective loss h z) = 1%:M by apply: scalar_min.
rewrite effective_at0 RoppN IZR0 IZR1; congr _%:M.
by rewrite sqrrN expr1n !(mulr0, mul0r, addr0) mulr1.
Qed.

Lemma turned_exceeds r : exceeds h (turned r) z 1 1 1.
Proof.
exists 1.
  rewrite !jac_at0 scalar11B RoppN IZR0 IZR1 sub0r opprK.
  by apply: norm_is11; rewrite ler01.
by rewrite !mulr1 (ltr_nat _ 1).
Qed.

Lemma turned_gradient r : row_of (grad loss (turned r z)) = 1%:M.
Proof.
have e : turned r z ord0 = 0 by rewrite [turned r z ord0]head_at0.
by rewrite grad_at e IZR0 IZR1 !(mulr0, mul0r, addr0).
Qed.

Lemma turned_residual r : grad loss (turned r z) <> vectors.zerov.
Proof.
move=> /(congr1 (@row_of _)); rewrite turned_gradient => /matrixP/(_ 0 0).
by rewrite !mxE eqxx mulr1n => /eqP; rewrite oner_eq0.
Qed.

Lemma turned_critical r :
  vectors.mulv (vectors.tr (jac (turned r) z)) (grad loss (turned r z)) = vectors.zerov.
Proof.
apply: row_of_inj; rewrite row_mulv mx_tr jac_at0 turned_gradient IZR0.
apply/matrixP => i j; rewrite !mxE big1 // => k _.
by rewrite !mxE mul0rn mulr0.
Qed.

(** Reading [stable-psd] is refuted: for L(u) = u + u^2 / 2, whose Hessian is 1 everywhere,
    h(z) = - z and h_phi(z) = - z^2, a configuration that is collapsed at z = 0, which is
    critical for h_phi, with rho = 1, has H_eff = 1 for h, and H_eff = -2 for h_phi, where |E| = 1
    is twice the threshold. *)
Theorem refuted_stable_psd : exists (loss : vec 1 -> R) (h hphi : vec 1 -> vec 1) (z : vec 1)
    (encoder : vec 1 -> vec 1) (L M lambda : R),
  [/\ quoted loss h hphi z L M lambda /\ exceeds h hphi z L M lambda,
      forall u, psd (mx (hess loss u)),
      forall x, encoder x = z,
      grad loss (hphi z) <> vectors.zerov /\
      vectors.mulv (vectors.tr (jac hphi z)) (grad loss (hphi z)) = vectors.zerov &
      ~ psd (mx (effective loss hphi z))].
Proof.
exists loss, h, (turned (- 2%:R)), z, (fun _ => z), 1, 1, 1.
split=> //; [by split; [apply: turned_quoted | apply: turned_exceeds] | exact: turned_psd | | ].
  by split; [apply: turned_residual | apply: turned_critical].
rewrite turned_effective => -[_ /(_ (delta_mx 0 0))].
by rewrite quad_scalar sqn_delta mulr1 oppr_ge0 leNgt ltr0Sn.
Qed.

(** Reading [can-be-stable] holds: with h_phi(z) = z^2 instead, H_eff = 2 beyond the
    threshold, at a collapsed critical configuration with rho = 1. *)
Theorem reading_can_be_stable : exists (loss : vec 1 -> R) (h hphi : vec 1 -> vec 1) (z : vec 1)
    (encoder : vec 1 -> vec 1) (L M lambda : R),
  [/\ quoted loss h hphi z L M lambda /\ exceeds h hphi z L M lambda,
      forall u, psd (mx (hess loss u)),
      forall x, encoder x = z,
      grad loss (hphi z) <> vectors.zerov /\
      vectors.mulv (vectors.tr (jac hphi z)) (grad loss (hphi z)) = vectors.zerov &
      psd (mx (effective loss hphi z))].
Proof.
exists loss, h, (turned 2%:R), z, (fun _ => z), 1, 1, 1.
split=> //; [by split; [apply: turned_quoted | apply: turned_exceeds] | exact: turned_psd | | ].
  by split; [apply: turned_residual | apply: turned_critical].
rewrite turned_effective; split=> [|v]; first exact: sym_scalar.
by rewrite quad_scalar mulr_ge0 ?ler0n ?sqn_ge0.
Qed.

End Turned.

(** Reading [definite-full-psd] is refuted by the counterexample to [definite-full], whose loss
    L(u) = u + u^2 / 2 has hess L = 1 everywhere. *)
Theorem refuted_definite_full_psd : exists (loss : vec 1 -> R) (h hphi : vec 1 -> vec 1)
    (z : vec 1) (L M lambda : R),
  [/\ quoted loss h hphi z L M lambda, below h hphi z L M lambda,
      forall u, psd (mx (hess loss u)) & ~ pd (mx (effective loss hphi z))].
Proof.
have [A hE hL hM] := Geometry.prop34.readings.curved_quoted.
exists (loss1 (cubic 0 1 1 0)), (head1 (cubic 0 1 1 0)), (head1 (cubic 0 1 (- (3)) 0)), (point1 0).
exists 1, 1, 2%:R; split; last 2 first.
- exact: turned_psd.
- case=> _ /(_ (delta_mx 0 0) (delta_neq0 _ _)); rewrite effective_at0 quad_scalar sqn_delta mulr1.
  change (Ropp (IZR 3)) with (- 3%:R : R).
  change (IZR 0) with (0 : R); change (IZR 1) with (1 : R).
  rewrite expr0n /= !(mulr0, mul0r, addr0) expr1n !mul1r subr_gt0.
  by rewrite ltNge (ler_nat _ 1 3).
- split=> //; split; first exact: ltr0Sn.
  suff -> : mx (effective (loss1 (cubic 0 1 1 0)) (head1 (cubic 0 1 1 0)) (point1 0)) =
    2%:R%:M by apply: scalar_min.
  rewrite effective_at0; congr _%:M.
  change (IZR 0) with (0 : R); change (IZR 1) with (1 : R).
  by rewrite expr0n /= !(mulr0, mul0r, addr0) expr1n !mulr1.
by exists 0; rewrite // !mulr1 divff ?ltr01 // pnatr_eq0.
Qed.

(** Reading [necessary-psd] is refuted: L(u) = u^2 / 2, whose Hessian is 1 everywhere, h(z) = z
    and h_phi(z) = 11 z, as for [necessary]. *)
Theorem refuted_necessary_psd : exists (loss : vec 1 -> R) (h hphi : vec 1 -> vec 1) (z : vec 1)
    (L M lambda : R),
  [/\ quoted loss h hphi z L M lambda, exceeds h hphi z L M lambda,
      forall u, psd (mx (hess loss u)),
      pd (mx (effective loss hphi z)) & kappa_le (mx (effective loss hphi z)) 1].
Proof.
pose loss := loss1 (cubic 0 0 1 0); pose h := head1 (cubic 0 1 0 0).
pose c : R := 11%:R; pose hphi := head1 (cubic 0 c 0 0); pose z := point1 0.
have e0 : IZR 0 = 0 :> R by []. have e1 : IZR 1 = 1 :> R by [].
have hH u : mx (hess loss u) = 1%:M by rewrite hess_at e0 e1 mul0r addr0.
have hM u : norm_le (mx (hess loss u)) 1 by rewrite hH; apply: norm_le11; rewrite normr1.
have after : mx (effective loss hphi z) = (11%:R ^+ 2)%:M.
  rewrite effective_at0 e0 e1; congr _%:M.
  by rewrite !(mulr0, mul0r, addr0) mulr1.
have p11 : 0 < 11%:R ^+ 2 :> R by rewrite exprn_gt0 // ltr0Sn.
have dp : pd (mx (effective loss hphi z)).
  by rewrite after; apply: lambda_ge_pd (proj1 (scalar_min _)); [apply: sym_scalar | exact: p11].
exists loss, h, hphi, z, 1, 1, 1; split=> //.
- split=> //.
  + by split=> [u|w]; [apply: C2_loss | split; apply: C2map_head].
  + by rewrite jac_at0 e1; apply: norm_le11; rewrite normr1.
  split; first exact: ltr01.
  suff -> : mx (effective loss h z) = 1%:M by apply: scalar_min.
  by rewrite effective_at0 e0 e1; congr _%:M; rewrite expr1n !(mulr0, mul0r, addr0) mulr1.
- exists 10%:R; last by rewrite !mulr1 -natrM (ltr_nat _ 1).
  rewrite !jac_at0 scalar11B e1; have -> : 11%:R - 1 = 10%:R :> R by ring.
  by apply: norm_is11; rewrite ler0n.
- by move=> u; rewrite hH; split=> [|v]; [apply: sym_scalar | rewrite quad_scalar mul1r sqn_ge0].
split=> //; rewrite after => v w; rewrite !quad_scalar mul1r -!mulrA.
by rewrite (mulrC (sqn v)).
Qed.
