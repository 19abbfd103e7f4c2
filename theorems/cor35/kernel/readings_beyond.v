(** Corollary 3.5: the readings [conditioning], [stable] and [can-fail]. *)

From Coq Require Import Reals.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import Rstruct.
From mathcomp.algebra_tactics Require Import ring.
From Geometry Require Import forms semidefinite norms positivity matrices.
From Geometry Require Import jets pullback smooth quadratic_losses.
From Geometry.cor35 Require Import threshold diagonal_heads padded indefinite readings.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Local Notation form := forms.form.
Local Notation dot := forms.dot.

(** Reading [conditioning] is refuted: for every constant C there are a quadratic loss, two
    linear heads below the threshold and lambda with H_eff = lambda I, so that kappa = 1, and
    with kappa_phi > C. *)
Theorem refuted_conditioning (C : R) : exists (loss : vec (2 + 2) -> R)
    (h hphi : vec (1 + 1) -> vec (2 + 2)) (z : vec (1 + 1)) (L M lambda : R),
  [/\ quoted loss h hphi z L M lambda, below h hphi z L M lambda,
      mx (effective loss h z) = lambda%:M,
      kappa_is (mx (effective loss h z)) 1 &
      exists2 K, kappa_is (mx (effective loss hphi z)) K & C * 1 < K].
Proof.
have [q [t [J [E [H [q0 t1 [sH nH nJ nE] G [K kE CK]]]]]]] := two_saddles_unbounded C.
have d1 : (delta_mx 0 0 : 'rV[R]_(1 + 1)) != 0 by apply: delta_neq0.
have mn : lambda_min_is (q%:M : 'M[R]_(1 + 1)) q.
  by split=> [v|]; [rewrite quad_scalar | exists (delta_mx 0 0); rewrite ?quad_scalar].
have mx' : lambda_max_is (q%:M : 'M[R]_(1 + 1)) q.
  by split=> [v|]; [rewrite quad_scalar | exists (delta_mx 0 0); rewrite ?quad_scalar].
exists (quadratic_loss H 0), (linear_head J), (linear_head (J + E)), vectors.zerov, 1, 1, q.
rewrite !effective_quadratic // G; split=> //.
- by apply: quoted_linear => //; [case: nJ | case: nH | rewrite G].
- exists (t * q / 2%:R); first by rewrite !jac_linear addrC addKr; case: nE.
  rewrite !mulr1 ltr_pmul2r ?invr_gt0 ?ltr0Sn //.
  by rewrite -[X in _ < X]mul1r ltr_pmul2r.
- split; first by apply: lambda_ge_pd (proj1 mn) => //; apply: sym_scalar.
  by exists q, q; rewrite divff // gt_eqF.
by exists K; rewrite ?mulr1.
Qed.

(** diag(1, -1, 0), the Hessian of u_3 + (u_1^2 - u_2^2) / 2. *)
Definition flat_saddle : 'M[R]_3 :=
  diag_mx (\row_i (if i == 0 then 1 else if i == 1 then - 1 else 0)).

(** L(u) = u_3 + (u_1^2 - u_2^2) / 2. *)
Definition tilted_saddle : vec 3 -> R := quadratic_loss flat_saddle (delta_mx 0 2%:R).

(** The columns e_1 and 2 e_2. *)
Definition first_column : 'M[R]_(3, 1) := (delta_mx 0 0)^T.
Definition twice_second : 'M[R]_(3, 1) := (2%:R *: delta_mx 0 1)^T.

Lemma flat_saddle_sym : sym flat_saddle. Proof. exact: sym_diag. Qed.

Lemma column_mul (y : 'rV[R]_3) (v : 'rV[R]_1) : v *m y = v 0 0 *: y.
Proof. by rewrite [v in LHS]mx11_scalar mul_scalar_mx. Qed.

Lemma saddle_before : first_column^T *m flat_saddle *m first_column = 1%:M.
Proof.
apply: quad_inj => [||v]; [exact/sym_pull/flat_saddle_sym | exact: sym1 |].
rewrite quad_pull trmxK column_mul quadZ quad_diag_delta mxE /= mulr1 quad1.
by rewrite sqn_1.
Qed.

Lemma saddle_after : twice_second^T *m flat_saddle *m twice_second = (- 4%:R)%:M.
Proof.
apply: quad_inj => [||v]; [exact/sym_pull/flat_saddle_sym | exact: sym_scalar |].
rewrite quad_pull trmxK column_mul !quadZ quad_diag_delta mxE /= quad_scalar sqn_1.
by rewrite mulrC mulrN1 -natrX.
Qed.

Lemma flat_saddle_norm : norm_le flat_saddle 1.
Proof.
apply: diag_norm_le => [|j]; first exact: ler01.
by rewrite mxE; case: ifP => _; [rewrite normr1 | case: ifP; rewrite ?normrN1 ?normr0 ?ler01].
Qed.

(** The collapse of h(z) = (z, 0, 0) under L, and of h_phi(z) = (0, 2 z, 0): the hypotheses of
    [stable], with |E| = sqrt 5 where the threshold is 1/2. *)
Lemma collapse_quoted :
  quoted tilted_saddle (linear_head first_column) (linear_head twice_second) vectors.zerov 1 1 1 /\
  exceeds (linear_head first_column) (linear_head twice_second) vectors.zerov 1 1 1.
Proof.
split.
  apply: quoted_linear; [exact: flat_saddle_sym | | exact: flat_saddle_norm | exact: ltr01 |].
    split=> [|v]; first exact: ler01.
    by rewrite trmxK column_mul sqnZ sqn_delta expr1n mulr1 mul1r sqn_1.
  by rewrite saddle_before; apply: scalar_min.
have e v : sqn (v *m (twice_second - first_column)^T) = 5%:R * sqn v.
  rewrite linearB /= !trmxK column_mul sqnZ sqnD sqnZ sqnN dotNr dotZl !sqn_delta.
  have -> : dot (delta_mx 0 1) (delta_mx 0 0 : 'rV[R]_3) = 0.
    by rewrite /dot trmx_delta -colE !mxE.
  rewrite !(mulrN, mulr0, oppr0, addr0, mulr1) sqn_1 mulrC; congr (_ * _).
  by ring.
have s5 : Num.sqrt (5%:R : R) ^+ 2 = 5%:R by rewrite sqr_sqrtr ?ler0n.
exists (Num.sqrt 5%:R); last first.
  rewrite !mulr1; apply: lt_le_trans (_ : 2%:R <= _); first by rewrite (ltr_nat _ 1).
  by rewrite ler_pmulr ?ltr0Sn // -{1}sqrtr1; apply: ler_wsqrtr; rewrite (ler_nat _ 1).
rewrite !jac_linear; apply: (norm_is_attained (v := delta_mx 0 0)).
- by split=> [|v]; [apply: sqrtr_ge0 | rewrite e s5].
- exact: delta_neq0.
by rewrite e s5.
Qed.

(** Reading [stable] is refuted: for L(u) = u_3 + (u_1^2 - u_2^2) / 2, h(z) = (z, 0, 0) and
    h_phi(z) = (0, 2 z, 0), a configuration that is collapsed at the critical point z = 0 with
    rho = (0, 0, 1) has H_eff = 1 for h, and H_eff = -4 for h_phi far beyond the threshold. *)
Theorem refuted_stable : exists (loss : vec 3 -> R) (h hphi : vec 1 -> vec 3) (z : vec 1)
    (encoder : vec 1 -> vec 1) (L M lambda : R),
  [/\ quoted loss h hphi z L M lambda /\ exceeds h hphi z L M lambda,
      forall x, encoder x = z,
      grad loss (hphi z) <> vectors.zerov,
      vectors.mulv (vectors.tr (jac hphi z)) (grad loss (hphi z)) = vectors.zerov &
      ~ psd (mx (effective loss hphi z))].
Proof.
exists tilted_saddle, (linear_head first_column), (linear_head twice_second), vectors.zerov.
exists (fun _ => vectors.zerov), 1, 1, 1.
have z0 n : row_of (vectors.zerov : vec n) = 0 by apply/rowP => i; rewrite !mxE.
have hz : row_of (linear_head twice_second vectors.zerov) = 0.
  by rewrite row_affine !z0 mul0mx addr0.
have rho : row_of (grad tilted_saddle (linear_head twice_second vectors.zerov)) = delta_mx 0 2%:R.
  by rewrite (grad_quadratic _ flat_saddle_sym) hz mul0mx add0r.
split=> //; first exact: collapse_quoted.
- move=> /(congr1 (@row_of _)); rewrite rho z0 => /eqP.
  by apply/negP; apply: delta_neq0.
- apply: row_of_inj; rewrite row_mulv mx_tr jac_linear rho z0 trmxK.
  apply/rowP => i; rewrite (ord1 i) -rowE !mxE.
  by rewrite mulr0.
rewrite (effective_quadratic _ _ _ flat_saddle_sym) saddle_after => -[_ /(_ (delta_mx 0 0))].
by rewrite quad_scalar sqn_delta mulr1 oppr_ge0 leNgt ltr0Sn.
Qed.

(** Reading [can-fail] holds: beyond the threshold definiteness can be lost; there are a loss
    and heads with |E| > lambda / (2 L M) and lambda_min(H_eff^phi) <= 0. *)
Theorem reading_can_fail : exists (loss : vec 3 -> R) (h hphi : vec 1 -> vec 3) (z : vec 1)
    (L M lambda : R),
  [/\ quoted loss h hphi z L M lambda, exceeds h hphi z L M lambda &
      exists2 l, lambda_min_is (mx (effective loss hphi z)) l & l <= 0].
Proof.
have [h1 h2] := collapse_quoted.
exists tilted_saddle, (linear_head first_column), (linear_head twice_second), vectors.zerov, 1, 1, 1.
split=> //; exists (- 4%:R); last by rewrite oppr_le0 ler0n.
by rewrite (effective_quadratic _ _ _ flat_saddle_sym) saddle_after; apply: scalar_min.
Qed.
