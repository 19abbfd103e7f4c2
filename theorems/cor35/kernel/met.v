(** Corollary 3.5: the hypotheses of its parts and readings can be met. One head serves: J = I,
    H = I and E = diag(1/4, -1/4, 0, ...), with L = M = lambda = Lambda = 1, for all d >= 2. *)

From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import Rstruct.
From mathcomp.algebra_tactics Require Import ring.
From Geometry Require Import forms semidefinite norms positivity matrices.
From Geometry Require Import jets pullback smooth quadratic_losses.
From Geometry.prop34 Require Import perturbation star.
From Geometry.cor35 Require Import threshold diagonal_heads readings.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Met.

Variables (F : rcfType) (d : nat).
Let J : 'M[F]_d.+2 := diag3 d 1 1 1.
Let E : 'M[F]_d.+2 := diag3 d 4%:R^-1 (- 4%:R^-1) 0.
Let H : 'M[F]_d.+2 := 1%:M.

Lemma quarter : [/\ psd H, lambda_min_is (J^T *m H *m J) 1, lambda_max_is (J^T *m H *m J) 1,
  norm_is J 1 & norm_is H 1 /\ norm_is E 4%:R^-1].
Proof.
have e0 : (0 : F) <= 4%:R^-1 by rewrite invr_ge0 ler0n.
have e1 : 4%:R^-1 <= (1 : F) by rewrite invf_le1 ?ltr0Sn // (ler_nat _ 1).
have [[pH nH nJ nE] h1 h2 _ _] := diagonal_instance d ltr01 ltr01 (lexx 1) e0 e1.
by rewrite expr1n mulr1 in h1 h2.
Qed.

Lemma quarter_below : 4%:R^-1 < 1 / (2%:R * 1 * 1) :> F.
Proof. by rewrite !mulr1 mul1r ltf_pinv ?posrE ?ltr0Sn // ltr_nat. Qed.

Lemma quarter_root : 4%:R^-1 < Num.sqrt (1 / 1) :> F.
Proof. by rewrite divr1 sqrtr1 invf_lt1 ?ltr0Sn // (ltr_nat _ 1). Qed.

(** Part [published], with epsilon = 1/4, where the threshold is 1/2. *)
Lemma part_published_met : [/\ sym H, 0 < 1 :> F, lambda_min_is (J^T *m H *m J) 1, norm_le J 1 &
  [/\ norm_le H 1, norm_le E 4%:R^-1 & 4%:R^-1 < 1 / (2%:R * 1 * 1) :> F]].
Proof.
have [[sH _] h1 _ [nJ _] [[nH _] [nE _]]] := quarter.
by split=> //; [apply: ltr01 | split=> //; apply: quarter_below].
Qed.

(** Part [psd], with epsilon = 1/4, where sqrt(lambda / M) = 1. *)
Lemma part_psd_met : [/\ psd H, lambda_min_is (J^T *m H *m J) 1, lambda_max_is (J^T *m H *m J) 1 &
  [/\ norm_le H 1, norm_le E 4%:R^-1 & 4%:R^-1 < Num.sqrt (1 / 1) :> F]].
Proof.
have [pH h1 h2 _ [[nH _] [nE _]]] := quarter.
by split=> //; split=> //; apply: quarter_root.
Qed.

(** The consequence of part [psd], with K = 4. *)
Lemma part_psd_target_met : [/\ psd H, lambda_min_is (J^T *m H *m J) 1,
  lambda_max_is (J^T *m H *m J) 1, norm_le H 1 /\ norm_le E 4%:R^-1 &
  4%:R^-1 <= Num.sqrt (1 / 1) * (Num.sqrt 4%:R - Num.sqrt (1 / 1)) / (Num.sqrt 4%:R + 1) :> F].
Proof.
have [pH h1 h2 _ [[nH _] [nE _]]] := quarter; split=> //.
have -> : Num.sqrt 4%:R = 2%:R :> F.
  have -> : 4%:R = 2%:R ^+ 2 :> F by rewrite -natrX.
  by rewrite sqrtr_sqr ger0_norm ?ler0n.
rewrite divr1 sqrtr1 mul1r.
have -> : 2%:R - 1 = 1 :> F by ring.
have -> : 2%:R + 1 = 3%:R :> F by ring.
rewrite div1r.
by rewrite lef_pinv ?posrE ?ltr0Sn // ler_nat.
Qed.

(** Part [below], with epsilon = 1/4, where the threshold is 1/2. *)
Lemma part_below_met : [/\ psd H, lambda_min_is (J^T *m H *m J) 1, lambda_max_is (J^T *m H *m J) 1,
  norm_le J 1 & [/\ norm_le H 1, norm_le E 4%:R^-1 & 4%:R^-1 < 1 / (2%:R * 1 * 1) :> F]].
Proof.
have [pH h1 h2 [nJ _] [[nH _] [nE _]]] := quarter.
by split=> //; split=> //; apply: quarter_below.
Qed.

(** Part [indefinite], with tau = 1/2, so that x = 9/16. *)
Lemma part_indefinite_met : [/\ sym H, lambda_min_is (J^T *m H *m J) 1,
  lambda_max_is (J^T *m H *m J) 1, norm_le J 1 &
  [/\ norm_le H 1, norm_le E (2%:R^-1 * 1 / (2%:R * 1 * 1)) &
      2%:R^-1 + 2%:R^-1 ^+ 2 * (1 / (1 * 1 ^+ 2)) / 4%:R < 1 :> F]].
Proof.
have [[sH _] h1 h2 [nJ _] [[nH _] [nE _]]] := quarter.
split=> //; split=> //.
  by have -> : 2%:R^-1 * 1 / (2%:R * 1 * 1) = 4%:R^-1 :> F by field.
have -> : 2%:R^-1 + 2%:R^-1 ^+ 2 * (1 / (1 * 1 ^+ 2)) / 4%:R = 9%:R / 16%:R :> F by field.
by rewrite ltr_pdivr_mulr ?ltr0Sn // mul1r ltr_nat.
Qed.

Lemma part_sharp_square_met : sym H /\ lambda_min_is (J^T *m H *m J) 1.
Proof. by have [[sH _] h1 _ _ _] := quarter. Qed.

(** Part [beyond], with H = I. *)
Lemma part_beyond_met : psd H.
Proof. by have [] := quarter. Qed.

(** Reading [definite], at the Jacobians J and J + E with epsilon = 1/4, where the threshold is 1/2. *)
Lemma reading_definite_met : [/\ sym H, lambda_min_is (J^T *m H *m J) 1, norm_le J 1 &
  [/\ norm_le H 1, norm_le ((J + E) - J) 4%:R^-1 & 4%:R^-1 < 1 / (2%:R * 1 * 1) :> F]].
Proof.
have [[sH _] h1 _ [nJ _] [[nH _] [nE _]]] := quarter.
by split=> //; split=> //; [rewrite addrC addKr | apply: quarter_below].
Qed.

End Met.

(** Part [full], with the loss |u|^2 / 2 and the linear heads z and (I + E) z at z = 0: |E| = 1/4,
    L = M = lambda = 1, the outputs are the same, and all second derivatives of the heads, the gradient
    of the loss and the change of its Hessian are 0; the full bound is 9/16. *)
Lemma part_full_met d : let loss := quadratic_loss (1%:M : 'M[R]_d.+2) 0 in
  let h := linear_head (diag3 d 1 1 1 : 'M[R]_d.+2) in
  let hphi := linear_head (diag3 d 1 1 1 + diag3 d 4%:R^-1 (- 4%:R^-1) 0 : 'M[R]_d.+2) in
  let z := vectors.zerov in
  [/\ (forall u, C2 loss u) /\ C2map h z /\ C2map hphi z,
      [/\ length_le (row_of (hphi z) - row_of (h z)) 0,
          norm_le (mx (jac hphi z) - mx (jac h z)) 4%:R^-1 &
          bilinear_le (fun a => second_derivative_of hphi z a - second_derivative_of h z a) 0],
      [/\ norm_le (mx (jac h z)) 1, bilinear_le (second_derivative_of h z) 0,
          length_le (row_of (grad loss (h z))) 0, norm_le (mx (hess loss (h z))) 1 &
          lipschitz_hessian loss (h z) (hphi z) 0],
      lambda_min_is (mx (effective loss h z)) 1 &
      2%:R * 1 * 1 * 4%:R^-1 + 1 * 4%:R^-1 ^+ 2 + 0 * 0 * (1 + 4%:R^-1) ^+ 2 + 0 * 0 +
        (1 * 0 + 0 * 0 ^+ 2 / 2%:R) * (0 + 0) < 1 :> R].
Proof.
move=> loss h hphi z; have [[sH _] h1 _ [nJ _] [[nH _] [nE _]]] := quarter R_rcfType d.
have z0 : row_of z = 0 by apply/rowP => i; rewrite !mxE.
have hz W : row_of (linear_head (W : 'M[R]_d.+2) z) = 0 by rewrite row_affine !z0 mul0mx addr0.
have sd W a : second_derivative_of (linear_head (W : 'M[R]_d.+2)) z a = 0.
  by apply/matrixP => i j; rewrite !mxE hess_affine.
have b0 (B : 'I_d.+2 -> 'M[R]_d.+2) : (forall a, B a = 0) -> bilinear_le B 0.
  move=> B0; split=> // v; have -> : bilinear B v = 0.
    by apply/rowP => a; rewrite !mxE B0 /quad form_mx0.
  by rewrite sqn0 mul0r expr0n.
split.
- by split; [move=> u; apply: C2_quadratic; apply: sym1 | split; apply: C2map_linear].
- split; first by rewrite !hz subrr; split; rewrite ?sqn0 ?expr0n.
    by rewrite !jac_linear addrC addKr.
  by apply: b0 => a; rewrite !sd subrr.
- split; first by rewrite jac_linear.
  + by apply: b0 => a; apply: sd.
  + by rewrite grad_quadratic ?hz ?mul0mx ?add0r; [split; rewrite ?sqn0 ?expr0n | apply: sym1].
  + by rewrite hess_quadratic //; apply: sym1.
  split=> // x y _ _; rewrite !hess_quadratic; try exact: sym1.
  by rewrite subrr mul0r; apply: norm_le_mx0.
- by rewrite effective_quadratic //; apply: sym1.
set X := (X in X < _); have -> : X = 9%:R / 16%:R.
  by rewrite /X !(mul0r, mulr0, addr0, mul1r, mulr1); field.
by rewrite ltr_pdivr_mulr ?ltr0Sn // mul1r ltr_nat.
Qed.
