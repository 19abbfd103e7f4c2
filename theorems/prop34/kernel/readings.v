(** Proposition 3.4: its readings. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import Rstruct.
From mathcomp.algebra_tactics Require Import ring.
From Geometry Require Import forms semidefinite norms positivity matrices cubic.
From Geometry Require Import jets pullback smooth.
From Geometry.prop34 Require Import perturbation star one_dimension.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** The quoted hypotheses at a point z: loss and heads are C^2 (Assumption 1),
    |J_phi - J| <= eps, |J| <= L, and |hess loss| <= M at the outputs of both heads. *)
Definition quoted k d (loss : vec k -> R) (h hphi : vec d -> vec k) (z : vec d)
    (eps L M : R) : Prop :=
  [/\ (forall u, C2 loss u) /\ (forall w, C2map h w /\ C2map hphi w),
      norm_le (mx (jac hphi z) - mx (jac h z)) eps, norm_le (mx (jac h z)) L &
      norm_le (mx (hess loss (h z))) M /\ norm_le (mx (hess loss (hphi z))) M].

(** The quoted bound for the difference of two effective Hessians. *)
Definition quoted_bound n (A B : 'M[R]_n) (eps L M : R) : Prop :=
  norm_le (A - B) (2%:R * L * M * eps + M * eps ^+ 2).

(** The Gauss-Newton term, with the loss Hessian at the head's own output. *)
Definition own_term k d (loss : vec k -> R) (h : vec d -> vec k) (z : vec d) : 'M[R]_d :=
  mx (gauss_newton loss h z).

Lemma not_norm_le11 (a L : R) : L < `|a| -> ~ norm_le (a%:M : 'M[R]_1) L.
Proof.
move=> h /(norm_le_quad (delta_mx 0 0)); rewrite quad_scalar sqn_delta !mulr1.
by rewrite leNgt h.
Qed.

(** Reading [one-hessian] holds: with one loss Hessian H for both heads,
    |J_phi^T H J_phi - J^T H J| <= 2 L M eps + M eps^2. *)
Theorem reading_one_hessian k d (h hphi : vec d -> vec k) (z : vec d) (H : 'M[R]_k)
    (eps L M : R) :
  norm_le (mx (jac hphi z) - mx (jac h z)) eps -> norm_le (mx (jac h z)) L -> norm_le H M ->
  quoted_bound ((mx (jac hphi z))^T *m H *m mx (jac hphi z))
    ((mx (jac h z))^T *m H *m mx (jac h z)) eps L M.
Proof. exact: part_pullback. Qed.

(** Its hypotheses can be met, at z = 0, with eps, L and M other than zero. *)
Lemma reading_one_hessian_met :
  let h := head1 (cubic 0 1 0 0) in let hphi := head1 (cubic 0 2 0 0) in
  [/\ norm_le (mx (jac hphi (point1 0)) - mx (jac h (point1 0))) 1,
      norm_le (mx (jac h (point1 0))) 1 & norm_le (1%:M : 'M[R]_1) 1].
Proof.
split; rewrite ?jac_at0; last by apply: norm_le11; rewrite normr1.
  rewrite scalar11B; apply: norm_le11; change (IZR 2) with (1 + 1 : R).
  by rewrite addrK normr1.
by apply: norm_le11; rewrite normr1.
Qed.

Section Curved.

(** L(u) = u + u^2 / 2, h(z) = z + z^2 / 2 and h_phi(z) = z - 3 z^2 / 2 at z = 0. *)
Let loss := loss1 (cubic 0 1 1 0).
Let h := head1 (cubic 0 1 1 0).
Let hphi := head1 (cubic 0 1 (- (3)) 0).
Let z := point1 0.

Lemma curved_quoted : quoted loss h hphi z 0 1 1.
Proof.
split; first by split=> [u|w]; [apply: C2_loss | split; apply: C2map_head].
- by rewrite !jac_at0 subrr; apply: norm_le_mx0.
- by rewrite jac_at0; apply: norm_le11; rewrite normr1.
by split; rewrite hess_at; apply: norm_le11; rewrite mul0r addr0 normr1.
Qed.

Lemma curved_fails : ~ quoted_bound (mx (effective loss hphi z)) (mx (effective loss h z)) 0 1 1.
Proof.
rewrite /quoted_bound !effective_at0 scalar11B; apply: not_norm_le11.
change (IZR 0) with (0 : R); change (IZR 1) with (1 : R).
rewrite expr0n /= !(mulr0, mul0r, addr0) expr1n !mulr1 !mul1r.
rewrite normr_gt0 opprD addrACA subrr add0r subr_eq0 lt_eqF //.
apply: lt_trans (_ : (0 : R) < 1); last exact: ltr01.
by apply/RltP; change (0 : R) with R0; lra.
Qed.

(** Reading [full] is refuted: the quoted bound fails for the whole effective Hessian, which
    goes from 2 to -2 where the bound allows 0. *)
Theorem refuted_full : exists (loss : vec 1 -> R) (h hphi : vec 1 -> vec 1) (z : vec 1)
    (eps L M : R), quoted loss h hphi z eps L M /\
  ~ quoted_bound (mx (effective loss hphi z)) (mx (effective loss h z)) eps L M.
Proof.
by exists loss, h, hphi, z, 0, 1, 1; split; [apply: curved_quoted | apply: curved_fails].
Qed.

(** Reading [full-same-output] is refuted: it fails also where the outputs are equal. *)
Theorem refuted_full_same_output : exists (loss : vec 1 -> R) (h hphi : vec 1 -> vec 1)
    (z : vec 1) (eps L M : R), [/\ quoted loss h hphi z eps L M, hphi z = h z &
  ~ quoted_bound (mx (effective loss hphi z)) (mx (effective loss h z)) eps L M].
Proof.
exists loss, h, hphi, z, 0, 1, 1; split; [exact: curved_quoted | | exact: curved_fails].
by apply: row_of_inj; rewrite !(row11 (head_at0 _ _ _ _)).
Qed.

End Curved.

Lemma own_at0 (p q r s a b c e : R) :
  own_term (loss1 (cubic a b c e)) (head1 (cubic p q r s)) (point1 0) =
  (q * ((c + e * p) * q))%:M.
Proof.
rewrite /own_term /gauss_newton mx_mulm mx_mulm mx_tr jac_at0 hess_at head_at0.
by rewrite tr_scalar_mx -!scalar_mxM.
Qed.

(** Reading [own-hessian] is refuted: L(u) = u^3 / 6, h(z) = z and h_phi(z) = z + 1 at z = 0.
    Neither head has a second derivative, the Jacobians are equal, and the Gauss-Newton
    term, with the loss Hessian at its own output, goes from 0 to 1. *)
Theorem refuted_own_hessian : exists (loss : vec 1 -> R) (h hphi : vec 1 -> vec 1) (z : vec 1)
    (eps L M : R), [/\ quoted loss h hphi z eps L M,
      (forall a, second_derivative_of h z a = 0) /\ (forall a, second_derivative_of hphi z a = 0) &
      ~ quoted_bound (own_term loss hphi z) (own_term loss h z) eps L M].
Proof.
pose loss := loss1 (cubic 0 0 0 1); pose h := head1 (cubic 0 1 0 0).
pose hphi := head1 (cubic 1 1 0 0); exists loss, h, hphi, (point1 0), 0, 1, 1.
have zero11 : (0%:M : 'M[R]_1) = 0 by apply/matrixP => i j; rewrite !mxE mul0rn.
split.
- split; first by split=> [u|w]; [apply: C2_loss | split; apply: C2map_head].
  + by rewrite !jac_at0 subrr; apply: norm_le_mx0.
  + by rewrite jac_at0; apply: norm_le11; rewrite normr1.
  split; rewrite hess_at; apply: norm_le11.
    by rewrite [h _ _]head_at0 mulr0 addr0 normr0; exact: ler01.
  by rewrite [hphi _ _]head_at0 mulr1 add0r normr1; exact: lexx.
- by split=> a; rewrite second_at0.
rewrite /quoted_bound own_at0 own_at0 scalar11B; apply: not_norm_le11.
change (IZR 0) with (0 : R); change (IZR 1) with (1 : R).
have -> : 1 * ((0 + 1 * 1) * 1) - 1 * ((0 + 1 * 0) * 1) = 1 :> R by ring.
have -> : 2%:R * 1 * 1 * 0 + 1 * 0 ^+ 2 = 0 :> R by ring.
by rewrite normr1; exact: ltr01.
Qed.
